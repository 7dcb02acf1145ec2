# syntax=docker/dockerfile:1
# dockfit in an image.
#   docker build --tag dockfit .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/project" dockfit check
# The target `static` is the program alone, for `COPY --from`; it has no git, which `apply` asks for uncommitted changes.

FROM rust:1.95-alpine AS build
WORKDIR /source
# The grammars of tree-sitter are C.
RUN --mount=type=cache,target=/etc/apk/cache,sharing=locked \
    apk add --update-cache musl-dev
COPY . .
# Alpine's Rust links musl into the program: it runs on any Linux.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=dockfit-target,target=/source/target,sharing=locked \
    cargo build --release --locked && cp target/release/dockfit /dockfit

FROM scratch AS static
COPY --from=build /dockfit /dockfit
ENTRYPOINT ["/dockfit"]

FROM alpine:3.22
RUN --mount=type=cache,target=/etc/apk/cache,sharing=locked \
    apk add --update-cache git
COPY --from=build /dockfit /usr/local/bin/dockfit
WORKDIR /project
USER 1000:1000
ENTRYPOINT ["dockfit"]
CMD ["diff"]
