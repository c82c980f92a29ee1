# Build: the wheels, then an environment that holds exactly the pinned versions.
# glibc, not musl: ortools has no other wheels.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY constraints.txt ./
RUN python -m venv /opt/build && /opt/build/bin/pip install --quiet -c constraints.txt hatchling
COPY pyproject.toml README.md LICENSE ./
COPY proto ./proto
COPY solver ./solver
COPY server ./server
COPY scenarios ./scenarios
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /opt/wheel ./proto .
RUN python -m venv /opt/fairlead && /opt/fairlead/bin/pip install --quiet -c constraints.txt /opt/wheel/*.whl

# Run: no compiler, no sources, no root.
FROM python:3.11-slim-bookworm AS run
ENV PATH=/opt/fairlead/bin:$PATH PYTHONUNBUFFERED=1 FAIRLEAD_DATABASE=/var/lib/fairlead/fairlead.db
RUN useradd --system --uid 10001 --home-dir /var/lib/fairlead --create-home fairlead
COPY --from=build /opt/fairlead /opt/fairlead
USER 10001
WORKDIR /var/lib/fairlead
VOLUME ["/var/lib/fairlead"]
# calls, reflection and health, metrics
EXPOSE 8585 8586 8587
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "fairlead_server.health", "127.0.0.1:8586"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["fairlead"]
# Without TLS the server binds loopback only: mount a certificate and set FAIRLEAD_TLS_CERT,
# FAIRLEAD_TLS_KEY and FAIRLEAD_HOST=0.0.0.0 to be reached from outside (docs/operations.md).
CMD ["serve"]
