# taskwall in an image: docker build -t taskwall . && docker run --rm -v "$PWD:/src:ro" taskwall scan .
FROM python:3.13-slim AS build
COPY . /build
# Compiled once here, and not each time the image runs.
RUN python -m venv --without-pip /opt/taskwall \
    && python -m pip --python /opt/taskwall/bin/python install --no-cache-dir --compile "/build[git]"

FROM python:3.13-slim
COPY --from=build /opt/taskwall /opt/taskwall
ENV PATH=/opt/taskwall/bin:$PATH
# Nobody's number: it can read what is mounted for all to read, and writes nothing.
USER 65534:65534
WORKDIR /src
ENTRYPOINT ["taskwall"]
CMD ["scan", "."]
