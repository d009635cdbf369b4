# syncd, as a container that runs without root, capabilities or a writable root file system.
#
#   docker build -t syncd .
#
# A package index of your own: --secret id=pip.conf,src=pip.conf, and where its certificate is signed
# by an authority of your own, --secret id=ca.crt,src=ca.crt (cert = /run/secrets/ca.crt in pip.conf).

FROM python:3.13-slim AS build

WORKDIR /src
ENV PIP_CACHE_DIR=/cache/pip PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

# What syncd needs changes less often than syncd does: a layer of its own. Two libraries bring along
# what syncd never opens, ten times its own size: the descriptions of some five hundred other Google
# APIs, and in which town and at which company a number is. What is left is compiled here, since there
# nothing can be written; unchecked, since nothing there changes.
COPY pyproject.toml constraints.txt ./
RUN --mount=type=cache,target=/cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.crt \
    python -m venv --without-pip /opt/syncd \
 && python -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
print(*p["dependencies"], sep="\n")' >needs.txt \
 && pip --python /opt/syncd/bin/python install --no-compile \
        --constraint constraints.txt --requirement needs.txt \
 && cd /opt/syncd/lib/python3*/site-packages \
 && find googleapiclient/discovery_cache/documents -name '*.json' \
        ! -name calendar.v3.json ! -name tasks.v1.json -delete \
 && rm -rf phonenumbers/geodata phonenumbers/carrierdata phonenumbers/tzdata \
 && find . -type d -name tests -prune -exec rm -rf {} + \
 && find . -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.h' -o -name '*.c' \) -delete \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash .

COPY README.md ./
COPY syncd syncd
RUN --mount=type=cache,target=/cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.crt \
    PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
    pip wheel --no-deps --wheel-dir /wheels . \
 && pip --python /opt/syncd/bin/python install --no-compile --no-deps /wheels/*.whl \
 && python -m compileall -q --invalidation-mode unchecked-hash /opt/syncd/lib/python3*/site-packages/syncd


FROM python:3.13-slim

ARG REVISION=""
LABEL org.opencontainers.image.title="syncd" \
      org.opencontainers.image.description="Stay in touch with the people who matter, inside the calendar you already have" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}"

ENV PATH=/opt/syncd/bin:$PATH \
    HOME=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SYNCD_CONFIG=/config/config.yaml \
    SYNCD_STATE=/data

# Nothing is installed in here any more; the base comes with nothing compiled, which would be done anew
# at each start. The user's number is that of most machines' first user, so that files of theirs can be
# read; any other will do.
RUN cd /usr/local \
 && rm -rf bin/pip* lib/python3*/site-packages/pip* lib/python3*/ensurepip lib/python3*/idlelib \
        lib/python3*/tkinter lib/python3*/turtledemo lib/python3*/pydoc_data \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash lib/python3* \
 && useradd --uid 1000 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin syncd \
 && install -d -o syncd -g syncd -m 0700 /data \
 && rm -rf /var/log/* /var/cache/* "$HOME"/.cache

COPY --from=build /opt/syncd /opt/syncd

WORKDIR /config
VOLUME /data
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5m --timeout=30s --start-period=10m --retries=2 CMD ["syncd", "health"]
ENTRYPOINT ["syncd"]
CMD ["run"]
