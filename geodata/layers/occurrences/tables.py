"""The public tables of mineral occurrences that the atlas reads.

In the order in which a record is preferred as the position of a place when all else
is equal.  How the words in them are read stands in the vocabulary.
"""

from types import MappingProxyType

from geodata.layers.model import Part
from geodata.layers.occurrences.public_table import (
    MINERALS,
    NOTHING,
    USUAL,
    Columns,
    Keyed,
    OccurrenceTable,
)

_PAGES = "https://mrdata.usgs.gov"


def all_parts() -> tuple[Part, ...]:
    """Return every file of every table, and of the copies that complete them."""
    tables = [part for table in TABLES for part in table.parts()]
    return (*tables, *(table.minerals for table in TABLES if table.minerals))


def with_names(**names: tuple[str, ...]) -> Columns:
    """Return the usual columns with some called otherwise."""
    return MappingProxyType({**USUAL, **names})


TABLES: tuple[OccurrenceTable, ...] = (
    OccurrenceTable(
        source="usgs-tien-shan-ree",
        title="USGS rare earth occurrences of the Tien Shan region",
        files=(
            "tien-shan-ree.csv",
            "tien-shan-ree-csv.zip",
            "tien-shan-ree.gdb.zip",
            "tien-shan-ree-shp.zip",
        ),
        members=(".csv",),
        columns=None,
        lineage="usgs-ree",
    ),
    OccurrenceTable(
        source="usgs-global-ree",
        title="USGS global rare earth occurrences",
        files=("usgs_Global_REE.gdb.zip",),
        layer="Global_REE",
        name_lists=("Global_REE_nonspatial_table",),
        columns=None,
        subject=("REE",),
        lineage="usgs-ree",
    ),
    OccurrenceTable(
        source="usgs-ree",
        title="USGS rare earth mines, deposits and occurrences",
        files=("main.csv", "ree-csv.zip"),
        columns=with_names(
            lon_dms=("lon_dms",),
            lat_dms=("lat_dms",),
            status=("status",),
            age=("age_info",),
        ),
        record_page=f"{_PAGES}/ree/show-ree.php?rec_id={{record_id}}",
        subject=("REE",),
        lists=NOTHING,
        minerals=("minmod-2024", "ree.json"),
        lineage="usgs-ree",
    ),
    OccurrenceTable(
        source="usgs-carbonatite",
        title="USGS explored carbonatites with niobium and rare earths",
        files=("carbonatite-csv.zip",),
        columns=with_names(deposit_group=("mintype",)),
        record_page=f"{_PAGES}/carbonatite/show-carbonatite.php?rec_id={{record_id}}",
        subject=("REE", "Nb"),
        lists=MINERALS,
        minerals=("minmod-2024", "carbonatite.json"),
    ),
    OccurrenceTable(
        source="usgs-major-deposits",
        title="USGS major mineral deposits of the world",
        files=("ofr20051294-csv.zip",),
        members=("deposit.csv",),
        columns=with_names(
            record_id=("gid",),
            name=("dep_name",),
            deposit_group=("dep_type",),
            deposit_type=("type_detail",),
        ),
        record_page=f"{_PAGES}/major-deposits/show-ofr20051294.php?rec_id={{record_id}}",
        loose=True,
        keyed=Keyed(member="commodity.csv", key="gid", value="value"),
        background=True,
    ),
    OccurrenceTable(
        source="usgs-ofr20151121",
        title="USGS phosphate occurrences of south Asia",
        files=("ofr20151121-csv.zip",),
        record_page=f"{_PAGES}/ofr20151121",
        subject=("P",),
        lists=MINERALS,
        background=True,
    ),
    OccurrenceTable(
        source="usgs-phosphate",
        title="USGS world phosphate mines, deposits and occurrences",
        files=("phosphate-csv.zip",),
        record_page=f"{_PAGES}/phosphate/show-phosphate.php?rec_no={{record_id}}",
        subject=("P",),
        lists=MINERALS,
        background=True,
    ),
    OccurrenceTable(
        source="gsc-tin-tungsten",
        title="GSC world tin and tungsten deposits",
        files=("world_tin_tungsten_deposit-csv.zip",),
        record_page="https://doi.org/10.4095/295581",
        subject_any=("Sn", "W"),
    ),
    OccurrenceTable(
        source="usgs-vms",
        title="USGS volcanogenic massive sulphide deposits",
        files=("vms-csv.zip",),
        record_page=f"{_PAGES}/vms/show-vms.php?rec_id={{record_id}}",
        subject_any=("Cu", "Pb", "Zn"),
        background=True,
    ),
    OccurrenceTable(
        source="usgs-porcu",
        title="USGS porphyry copper deposits",
        files=("porcu-csv.zip",),
        record_page=f"{_PAGES}/porcu/show-porcu.php?rec_id={{record_id}}",
        subject=("Cu",),
        lists=NOTHING,
        background=True,
    ),
    OccurrenceTable(
        source="usgs-sir20105090z",
        title="USGS copper assessment: deposits and prospects",
        files=("sir20105090z-csv.zip",),
        members=("sedcu_deps_pros.csv", "pcu_deps_pros.csv"),
        name_lists=("minmod_alias_only.csv",),
        columns=with_names(
            record_id=("rec_id", "id", "gid"),
            name=("name",),
            deposit_type=("dep_type",),
            aliases=("minmod_aliases", "name_other"),
            commodities=("minmod_commodity", "commodities"),
            status=("dev_status",),
            age=("age_range", "age_host"),
        ),
        loose=True,
        joined=("comm_major", "comm_minor"),
        record_page=f"{_PAGES}/sir20105090z/show-sir20105090z.php?id={{record_id}}",
        subject=("Cu",),
        background=True,
    ),
    OccurrenceTable(
        source="usgs-sedcu",
        title="USGS sediment-hosted copper deposits",
        files=("sedcu-csv.zip",),
        record_page=f"{_PAGES}/sedcu/show-sedcu.php?rec_id={{record_id}}",
        subject=("Cu",),
        lists=NOTHING,
        background=True,
    ),
    OccurrenceTable(
        source="usgs-sedznpb",
        title="USGS sediment-hosted zinc-lead deposits",
        files=("sedznpb-csv.zip",),
        columns=with_names(deposit_group=("prevtype",)),
        record_page=f"{_PAGES}/sedznpb/show-sedznpb.php?rec_id={{record_id}}",
        subject=("Pb", "Zn"),
        lists=NOTHING,
        background=True,
    ),
    OccurrenceTable(
        source="usgs-sedexmvt",
        title="USGS sedimentary exhalative and Mississippi Valley-type deposits",
        files=("sedexmvt-csv.zip",),
        record_page=f"{_PAGES}/sedexmvt/show-sedexmvt.php?rec_id={{record_id}}",
        subject=("Pb", "Zn"),
        lists=NOTHING,
        background=True,
    ),
    OccurrenceTable(
        source="usgs-laterite",
        title="USGS nickel-cobalt laterite deposits",
        files=("laterite-csv.zip",),
        columns=with_names(deposit_group=("subtype",)),
        record_page=f"{_PAGES}/laterite/show-laterite.php?rec_id={{record_id}}",
        subject=("Ni", "Co"),
        lists=MINERALS,
        background=True,
    ),
    OccurrenceTable(
        source="usgs-podchrome",
        title="USGS podiform chromite deposits",
        files=("podchrome-csv.zip",),
        record_page=f"{_PAGES}/podchrome/show-podchrome.php?rec_id={{record_id}}",
        subject=("Cr",),
        lists=NOTHING,
        background=True,
    ),
    OccurrenceTable(
        source="usgs-sedau",
        title="USGS sediment-hosted gold deposits",
        files=("sedau-csv.zip",),
        record_page=f"{_PAGES}/sedau/show-sedau.php?recno={{record_id}}",
        subject=("Au",),
        lists=NOTHING,
        background=True,
    ),
    OccurrenceTable(
        source="usgs-potash",
        title="USGS evaporite-related potash",
        files=("potash-csv.zip",),
        record_page=f"{_PAGES}/potash/show-potash.php?rec_no={{record_id}}",
        subject=("K",),
        background=True,
    ),
    OccurrenceTable(
        source="usgs-pp1802",
        title="USGS critical minerals of the world, Professional Paper 1802",
        files=("PP1802_CritMin_pts.csv",),
        columns=with_names(
            record_id=("fid",),
            name=("deposit_name",),
            country_text=("location",),
            commodities=("critical_mineral",),
            deposit_type=("deposit_type",),
        ),
        numbered=True,
        gives_labels=False,
    ),
    OccurrenceTable(
        source="usgs-mrds",
        title="USGS Mineral Resources Data System",
        files=("mrds-csv.zip", "mrds-subset.csv"),
        members=("mrds.csv",),
        columns=with_names(
            record_id=("dep_id",),
            name=("site_name",),
            deposit_type=("dep_type",),
            status=("dev_stat",),
            commodities=("commodities",),
        ),
        record_page=f"{_PAGES}/mrds/show-mrds.php?dep_id={{record_id}}",
        joined=("commod1", "commod2", "commod3"),
        # Nearly nine in ten of its 304,632 records lie in the United States.
        only_near=True,
    ),
)
"""Layouts after public metadata and code; most publishers' own files are unseen."""
