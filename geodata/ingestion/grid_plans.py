"""The raster layers that are made from publishers' files; the better plan first."""

from geodata.layers import (
    climate,
    crust1,
    crustal_magnetics,
    eigen_gravity,
    lithology_classes,
    lithology_fractions,
    relief_grids,
    survey_grids,
)
from geodata.layers.plan import FilePlan

_HALF_DEGREE = "cells of 0.5 degrees"
_HALF_DEGREE_KM = 55.7
_ONE_DEGREE_KM = 111.0
_DISPLAY_ONLY = "Present climate says nothing about ancient crusts: never scored."
_DOMINANT_ROCK = (
    "Dominant rock of half a degree: small intrusions vanish. None of thirteen known "
    "sites of the region lies in a cell of acid plutonic rock; use the shares instead."
)
_LOOSE_SEDIMENT = (
    "Class of half a degree; the file was never opened by us. No value is not bare "
    "rock. Its cells lie slightly off those of the rock classes."
)
_ANOMALIES = (
    "Where nobody flew, only waves longer than about 200 km are real; how far that is "
    "so in the region is not known. Never opened by us."
)
_GEBCO = (
    "Heights good to some 10 m on plains, worse on steep slopes; floors of some lakes "
    "in place of their surface. Never opened by us in this form."
)

PLANS: tuple[FilePlan, ...] = (
    FilePlan(
        id="lithology-fractions",
        title="Shares of six rock classes (GLiM)",
        kind="raster",
        parts=(lithology_fractions.FRACTIONS,),
        build=lithology_fractions.build_lithology_fractions,
        resolution="cells of 0.94 degrees of latitude by 1.25 of longitude",
        resolution_km=104.0,
        uncertainty=(
            "Felsic holds granite together with acid volcanic rock and tuff, and "
            "metamorphic the ground without data; which class went where is inferred "
            "from the authors' script. Rock under loose cover is not seen."
        ),
    ),
    FilePlan(
        id="lithology",
        title="Dominant rock class (GLiM)",
        kind="raster",
        parts=(lithology_classes.GLIM_COPY,),
        build=lithology_classes.build_lithology,
        resolution=_HALF_DEGREE,
        resolution_km=_HALF_DEGREE_KM,
        uncertainty=_DOMINANT_ROCK,
    ),
    FilePlan(
        id="lithology",
        title="Dominant rock class (GLiM)",
        kind="raster",
        parts=(lithology_classes.GLIM_ZIP,),
        build=lithology_classes.build_lithology,
        resolution=_HALF_DEGREE,
        resolution_km=_HALF_DEGREE_KM,
        uncertainty=_DOMINANT_ROCK,
    ),
    FilePlan(
        id="gravity-eigen6c4",
        title="Gravity disturbance at 10 km (EIGEN-6C4)",
        kind="raster",
        parts=(eigen_gravity.GRID,),
        build=eigen_gravity.build_eigen_gravity,
        resolution="nodes of 0.5 degrees, 10 km above the ellipsoid",
        resolution_km=_HALF_DEGREE_KM,
        uncertainty=(
            "Follows the relief, which was not taken off: weak alone. Rounded to "
            "0.01 mGal; the model is good to a few mGal, less in high mountains."
        ),
    ),
    FilePlan(
        id="crustal-magnetics",
        title="Magnetic field of the crust, radial (LCS-1)",
        kind="raster",
        parts=(crustal_magnetics.MODEL,),
        build=crustal_magnetics.build_crustal_magnetics,
        resolution="waves longer than 216 km (degrees 16 to 185), every 0.25 degrees",
        resolution_km=_ONE_DEGREE_KM,
        uncertainty=(
            "Whole blocks of the crust only, seen from satellites; the value of the "
            "nearest node is off by up to 19 nT at seven test places."
        ),
    ),
    FilePlan(
        id="crust1",
        title="Crust and sediment of the world (CRUST1.0)",
        kind="raster",
        parts=(crust1.BOUNDARIES,),
        build=crust1.build_crust1,
        resolution="cells of 1 degree",
        resolution_km=_ONE_DEGREE_KM,
        uncertainty=(
            "Its authors call it a prototype; the Moho differs from LITHO1.0 by 7 km "
            "in the mean square. Most cells have no measurement of their own."
        ),
    ),
    FilePlan(
        id="sediment-thickness",
        title="Thickness of sediment (Laske and Masters 1997)",
        kind="raster",
        parts=(crust1.SEDIMENT_MAP,),
        build=crust1.build_sediment_thickness,
        resolution="cells of 1 degree",
        resolution_km=_ONE_DEGREE_KM,
        uncertainty="Superseded by CRUST1.0; kept to compare. Some kilometres.",
    ),
    FilePlan(
        id="relief-10m",
        title="Relief of the world, 10 minutes",
        kind="raster",
        parts=(relief_grids.RELIEF_10M,),
        build=relief_grids.build_relief_10m,
        resolution="nodes of 10 minutes, smoothed over 18.5 km",
        resolution_km=18.5,
        uncertainty=(
            "Valleys and ridges narrower than 18.5 km are gone. Its repository "
            "says ETOPO1, the file SRTM15+V2."
        ),
    ),
    FilePlan(
        id="slope",
        title="Mean slope of the land",
        kind="raster",
        parts=(relief_grids.SLOPE,),
        build=relief_grids.build_slope,
        resolution=_HALF_DEGREE,
        resolution_km=_HALF_DEGREE_KM,
        uncertainty="A mean over half a degree: local relief is lost.",
    ),
    FilePlan(
        id="climate",
        title="Temperature and runoff, 1981–2018 (ERA5)",
        kind="raster",
        parts=(climate.ERA5,),
        build=climate.build_climate,
        resolution=_HALF_DEGREE,
        resolution_km=_HALF_DEGREE_KM,
        uncertainty=(
            f"{_DISPLAY_ONLY} A computed climate, not measured; runoff is poor in "
            "dry lands."
        ),
    ),
    FilePlan(
        id="magnetics",
        title="Magnetic anomalies at 4 km (EMAG2v3)",
        kind="raster",
        parts=(survey_grids.EMAG2,),
        build=survey_grids.build_emag2,
        resolution="nodes of 2 minutes",
        resolution_km=3.7,
        uncertainty=_ANOMALIES,
    ),
    FilePlan(
        id="magnetics",
        title="Magnetic anomalies at 5 km (WDMAM 2.1)",
        kind="raster",
        parts=(survey_grids.WDMAM_5M,),
        build=survey_grids.build_wdmam,
        resolution="nodes of 5 minutes",
        resolution_km=9.3,
        uncertainty=_ANOMALIES,
    ),
    FilePlan(
        id="magnetics",
        title="Magnetic anomalies at 5 km (WDMAM 2.1)",
        kind="raster",
        parts=(survey_grids.WDMAM_10M,),
        build=survey_grids.build_wdmam,
        resolution="nodes of 10 minutes",
        resolution_km=18.5,
        uncertainty=_ANOMALIES,
    ),
    FilePlan(
        id="gravity-wgm2012",
        title="Complete Bouguer anomaly (WGM2012)",
        kind="raster",
        parts=(survey_grids.WGM2012,),
        build=survey_grids.build_bouguer,
        resolution="nodes of 2 minutes; about 9 km of true detail",
        resolution_km=9.0,
        uncertainty=(
            "Made from EGM2008, so not a second opinion on it; filled in from relief "
            "where land gravity is not public. Never opened by us."
        ),
    ),
    FilePlan(
        id="relief-gebco",
        title="Relief of the region (GEBCO 2024)",
        kind="raster",
        parts=(relief_grids.GEBCO_2024,),
        build=relief_grids.build_relief_gebco,
        resolution="cells of 30 seconds, means of 15 seconds",
        resolution_km=0.93,
        uncertainty=_GEBCO,
    ),
    FilePlan(
        id="relief-gebco",
        title="Relief of the region (GEBCO 2023)",
        kind="raster",
        parts=(relief_grids.GEBCO_2023,),
        build=relief_grids.build_relief_gebco,
        resolution="cells of 30 seconds, means of 15 seconds",
        resolution_km=0.93,
        uncertainty=_GEBCO,
    ),
    FilePlan(
        id="climate-classes",
        title="Climates after Köppen and Geiger, five groups",
        kind="raster",
        parts=(climate.KOPPEN,),
        build=climate.build_climate_classes,
        resolution="cells of 30 seconds",
        resolution_km=0.93,
        uncertainty=(
            f"{_DISPLAY_ONLY} The file has no legend: the codes were read at five "
            "places whose climate is known."
        ),
    ),
    FilePlan(
        id="sediment-classes",
        title="Unconsolidated sediments (GUM)",
        kind="raster",
        parts=(lithology_classes.GUM_GRID,),
        optional=(lithology_classes.GUM_NAMES,),
        build=lithology_classes.build_sediment_classes,
        resolution=_HALF_DEGREE,
        resolution_km=_HALF_DEGREE_KM,
        uncertainty=_LOOSE_SEDIMENT,
    ),
    FilePlan(
        id="sediment-classes",
        title="Unconsolidated sediments (GUM)",
        kind="raster",
        parts=(lithology_classes.GUM_ZIP,),
        build=lithology_classes.build_sediment_classes,
        resolution=_HALF_DEGREE,
        resolution_km=_HALF_DEGREE_KM,
        uncertainty=_LOOSE_SEDIMENT,
    ),
)
"""Layers of the world, but for fine grids: those end 300 km outside the region."""
