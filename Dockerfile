# Two stages: the first builds the release with the same scripts that a person runs,
# the second holds what serves it and no build tool.
#
# To pin the base image, ask your registry for its digest and put it behind both names:
#   docker buildx imagetools inspect python:3.13-slim   ->  python:3.13-slim@sha256:…

FROM python:3.13-slim AS build

# rasterio's wheel expects libexpat from the system.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libexpat1 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/atlas
COPY . .
RUN scripts/setup --release


FROM python:3.13-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends libexpat1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --shell /usr/sbin/nologin --uid 10001 atlas

# The same folder as in the first stage: .venv remembers it.
WORKDIR /srv/atlas
COPY --from=build /srv/atlas/.venv .venv
COPY --from=build /srv/atlas/LICENSE /srv/atlas/NOTICE /srv/atlas/DATA_LICENCES.md ./
COPY --from=build /srv/atlas/geodata geodata
COPY --from=build /srv/atlas/app app
COPY --from=build /srv/atlas/var/releases var/releases

ENV ATLAS_HOME=/srv/atlas/var \
    ATLAS_HOST=0.0.0.0 \
    ATLAS_PORT=8000 \
    MPLCONFIGDIR=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

USER atlas
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD [".venv/bin/python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"ATLAS_PORT\"]}/healthz', timeout=4)"]
CMD [".venv/bin/python", "-m", "app"]
