# The static binary, and an application behind it.
#
#   docker build -t levelhead .                    an image with nothing but /levelhead: COPY --from=levelhead /levelhead …
#   docker build -t shop --target shop .           examples/shop with levelhead as its entry point
#
# Each platform is built on its own architecture (or emulated): docker build --platform linux/arm64 …

ARG RUST=docker.io/library/rust:1.95-slim-trixie
ARG PYTHON=docker.io/library/python:3.13-slim-trixie

FROM ${RUST} AS build
RUN apt-get update && apt-get install -y --no-install-recommends musl-tools && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# `dev` builds within a minute or two, for trying out; it is larger and slower.
ARG PROFILE=release
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/target \
    target="$(uname -m)-unknown-linux-musl" && rustup target add "$target" && \
    CARGO_TARGET_DIR=/target cargo install --locked --path . --root /out --profile "$PROFILE" --target "$target"

FROM ${PYTHON} AS shop
WORKDIR /srv/shop
COPY examples/shop/requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir -r requirements.txt
COPY --from=build /out/bin/levelhead /usr/local/bin/
COPY examples/shop .
# gunicorn listens on 0.0.0.0:$PORT where PORT is set; a platform may choose another. /dev/shm, for the workers' heartbeats,
# is there even where the container is read-only.
ENV PATH=/venv/bin:$PATH FLASK_APP=app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PORT=8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --start-period=60s CMD ["python", "-c", \
    "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=3)"]
ENTRYPOINT ["levelhead", "run", "--"]
CMD ["gunicorn", "--worker-tmp-dir", "/dev/shm", "app:create_app()"]

FROM scratch AS levelhead
COPY --from=build /out/bin/levelhead /levelhead
ENTRYPOINT ["/levelhead"]
