"""The files alone: schemas, pinned images, rules and their unit tests, configurations by the programs that read them."""

import importlib.metadata
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import kubernetes_validate
import promql_parser
import yaml

from .dashboards import dashboards, data_sources, filled, targets_of
from .programs import DEPLOY, REPOSITORY
from .report import program, version_of, wanting

# A version down to the patch, or a digest: never a tag that moves.
PINNED = re.compile(r"^[\w./-]+:v?\d+\.\d+(\.\d+)?([.-][\w.-]+)?$|@sha256:[0-9a-f]{64}$")


def run(report):
    report.part("The files")
    yaml_is_well_formed(report)
    images_are_pinned(report)
    images_are_what_runs(report)
    compose(report)
    dockerfile(report)
    kubernetes(report)
    prometheus(report)
    grafana(report)
    collector(report)
    other_json(report)


def output(command, **more):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    return done.returncode, (done.stdout + done.stderr).strip()


def yaml_is_well_formed(report):
    rules = "{extends: default, rules: {line-length: disable, document-start: disable, braces: disable, brackets: disable, comments: {min-spaces-from-content: 1}, truthy: {check-keys: false}}}"
    code, said = output([sys.executable, "-m", "yamllint", "--strict", "--format", "parsable", "-d", rules, DEPLOY])
    report.check("every YAML file is well formed (yamllint)", code == 0, said[:400])


def environment():
    return dict(line.split("=", 1) for line in (DEPLOY / ".env").read_text().splitlines() if line and not line.startswith("#"))


def images_are_pinned(report):
    images = {name: value for name, value in environment().items() if name.endswith("_IMAGE")}
    wrong = [f"{name}={value}" for name, value in images.items() if not PINNED.search(value)]
    for file in (*DEPLOY.rglob("Dockerfile"),):
        text = file.read_text()
        wrong += [f"{file.name}: {image}" for image in re.findall(r"^ARG \w+_IMAGE=(\S+)", text, re.M) if image not in images.values()]
        wrong += [f"{file.name}: {image}" for image in re.findall(r"^FROM (\S+)", text, re.M) if not image.startswith("${")]
    for file in DEPLOY.glob("compose*.yaml"):
        wrong += [f"{file.name}: {image}" for image in re.findall(r"^ +image: (\S+)", file.read_text(), re.M) if not re.fullmatch(r"\$\{\w+_IMAGE\}", image)]
    # Kubernetes takes the same versions.
    for file in DEPLOY.glob("kubernetes/**/kustomization.yaml"):
        for image in yaml.safe_load(file.read_text()).get("images", []):
            if f"{image['name']}:{image['newTag']}" not in images.values():
                wrong.append(f"{file.parent.name}: {image['name']}:{image['newTag']} is not in .env")
    report.no_errors("every image is pinned, and the same everywhere", wrong, f"{len(images)} images")


def images_are_what_runs(report):
    """Loki, Grafana and small helpers apart; Debian's Prometheus stands in where the other has not been built."""
    versions = {"collector": "COLLECTOR_IMAGE", "jaeger": "JAEGER_IMAGE", "prometheus": "PROMETHEUS_IMAGE", "opensearch": "OPENSEARCH_IMAGE"}
    here = {name: version_of(name).split()[0].lstrip("v") for name in versions if program(name) and not (name == "prometheus" and program(name) == program("prometheus_debian"))}
    here["moto"] = importlib.metadata.version("moto")
    images = environment()
    wrong = [f"{images[image]}, and {name} {version} runs" for name, version in here.items() if not re.search(rf":v?{re.escape(version)}$", images[image := versions.get(name, "S3_IMAGE")])]
    report.no_errors("images are of the versions that run here", wrong, ", ".join(f"{name} {version}" for name, version in here.items()))


def compose(report):
    files = sorted(DEPLOY.glob("compose*.yaml"))
    code, said = output([sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", *files])
    report.check("compose files pass the schema of the compose specification", code == 0, "" if code == 0 else said[-400:])
    if not program("compose"):
        report.skip("compose files load, alone and together", wanting("compose"))
        return
    combinations = (["compose.yaml"], ["compose.yaml", "compose.scale.yaml"], ["compose.yaml", "compose.archive.yaml"], ["compose.yaml", "compose.scale.yaml", "compose.scale.archive.yaml"])
    wrong, services, archives = [], {}, []
    for names in combinations:
        done = subprocess.run([program("compose"), *names], cwd=DEPLOY, capture_output=True, text=True)
        # A variable that has no value is a warning.
        if done.returncode or done.stderr:
            wrong.append(f"{' '.join(names)}: {done.stderr[-300:]}")
            continue
        loaded = json.loads(done.stdout)["services"]
        services |= loaded
        archives += not_archived(names, loaded)
    report.no_errors("compose files load as Docker Compose reads them, alone and together; every variable is in .env (compose-go)", wrong, f"{len(combinations)} combinations")
    if not wrong:
        report.no_errors("where there is an archive, every collector that samples writes it, and has an uploader; the others balance", archives)
        containers(report, services)


def not_archived(names, services):
    """What is wrong with the collectors of some files."""
    archived = any("archive" in name for name in names)
    state = lambda service: {volume["source"] for volume in service.get("volumes", []) if volume["target"] == "/var/lib/otelcol"}  # noqa: E731
    uploaded = set().union(*(state(service) for service in services.values() if "upload" in (service.get("command") or [])))
    for name, service in services.items():
        command = " ".join(service.get("command") or [])
        if "otelcol/base.yaml" not in command:
            continue
        if "sampler-1" in services and ("balance.yaml" in command) != (name == "collector"):
            yield f"{' '.join(names)}: {name} is of the wrong tier"
        if "sample.yaml" in command and ("archive.yaml" in command, bool(state(service) & uploaded)) != (archived, archived):
            yield f"{' '.join(names)}: {name} is archived by half"


def containers(report, services):
    """Of all files."""
    waited_for = {name for service in services.values() for name, how in service.get("depends_on", {}).items() if how["condition"] == "service_completed_successfully"}
    # `up --wait` fails for a container that ends, unless another waits for its end.
    wrong = [name for name, service in services.items() if bool(service.get("restart")) == (name in waited_for)]
    report.no_errors("a container either stays or is waited for until its end", wrong, f"{len(services) - len(waited_for)} and {len(waited_for)}")
    wrong = [name for name, service in services.items() if not service.get("mem_limit")]
    report.no_errors("every container has a bound on its memory", wrong, f"{len(services)} containers")
    wrong = [name for name, service in services.items() if service.get("privileged") or "ALL" not in service.get("cap_drop", []) or "no-new-privileges:true" not in service.get("security_opt", []) or {"network_mode", "pid", "ipc", "devices"} & set(service)]
    report.no_errors("no container is privileged, keeps capabilities that it was not given, or may gain some", wrong)
    wrong = [name for name, service in services.items() if name not in waited_for and not (service.get("healthcheck") or f"{name}-ready" in services)]
    report.no_errors("every container that stays has a health check", wrong)
    ports = [(name, port) for name, service in services.items() for port in service.get("ports", [])]
    report.no_errors("ports are on the loopback interface unless BIND says otherwise", [f"{name}: {port}" for name, port in ports if port.get("host_ip") != "127.0.0.1"], f"{len(ports)} ports")
    mounts = {volume["source"] for service in services.values() for volume in service.get("volumes", []) if volume["type"] == "bind"}
    report.no_errors("what is mounted exists", [mount for mount in mounts if not pathlib.Path(mount).exists()])


def dockerfile(report):
    """What the build of the services gets to see: everything in the repository that is not ignored."""
    ignored = [line for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if not line.startswith("#")]
    code, listed = output(["git", "-C", REPOSITORY, "ls-files"])
    if code:
        report.skip("the context of the Dockerfile is a whole workspace", "this is no checkout")
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in listed.splitlines():
            if not any(name == each or name.startswith(f"{each}/") for each in ignored) and (REPOSITORY / name).exists():
                there = pathlib.Path(folder, name)
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(REPOSITORY / name, there)
        # Which packages are there, with the versions of Cargo.lock; where they have not been fetched yet, what there is of it offline.
        code, said = output(["cargo", "metadata", "--locked", "--format-version", "1", "--no-deps"], cwd=folder)
    built = code == 0 and any(target["name"] == "request-flow" for package in json.loads(said)["packages"] for target in package["targets"])
    report.check("the context of the Dockerfile is a whole workspace, which has request-flow (cargo)", built, "" if built else said[-300:])
    compiler = re.search(r'channel = "(\S+)"', (REPOSITORY / "rust-toolchain.toml").read_text()).group(1)
    image = environment()["RUST_IMAGE"]
    report.check("its compiler is the one of rust-toolchain.toml", image.startswith(f"rust:{compiler}-"), image)


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def with_archive(kubernetes, folder):
    """An overlay as a platform team would write it: the gateway, and the archive's component."""
    folder.mkdir()
    relative = os.path.relpath(kubernetes.resolve(), folder.resolve())
    (folder / "kustomization.yaml").write_text(json.dumps({"resources": [f"{relative}/overlays/gateway"], "components": [f"{relative}/components/archive"]}))
    return folder


def kubernetes(report):
    folder = DEPLOY / "kubernetes"
    if not program("kustomize"):
        report.skip("Kubernetes overlays build", f"{wanting('kustomize')}; their files are checked one by one")
        rendered = [(file.name, document) for file in folder.rglob("*.yaml") if "components" not in file.parts and file.name != "kustomization.yaml" for document in documents(file.read_text())]
    else:
        rendered, wrong = [], []
        with tempfile.TemporaryDirectory() as added:
            archive = with_archive(folder, pathlib.Path(added, "gateway and archive"))
            for overlay in (*sorted(folder.glob("overlays/*")), archive):
                code, said = output([program("kustomize"), "build", overlay])
                if code:
                    wrong.append(f"{overlay.name}: {said[-300:]}")
                else:
                    rendered += [(overlay.name, document) for document in documents(said)]
        report.no_errors("Kubernetes overlays build (kustomize)", wrong, ", ".join(sorted({name for name, _ in rendered})))
    wrong = []
    for name, document in rendered:
        if document["kind"] in ("Kustomization", "Component"):
            continue
        try:
            kubernetes_validate.validate(document, "1.34", strict=True)
        except Exception as error:
            wrong.append(f"{name}/{document['kind']}/{document['metadata']['name']}: {getattr(error, 'message', error)}")
    report.no_errors("every Kubernetes object passes the schema of 1.34, strictly", wrong, f"{len(rendered)} objects")
    if not program("kustomize"):
        return
    scaled = {(name, document["spec"]["scaleTargetRef"]["name"]) for name, document in rendered if document["kind"] == "HorizontalPodAutoscaler"}
    report.no_errors("what is scaled automatically has no number of its own", [name for name, document in rendered if (name, document["metadata"]["name"]) in scaled and "replicas" in document["spec"]], f"{len(scaled)} sets")
    # What the resource detectors read; the cluster's name is for who runs several to give.
    detectors = (REPOSITORY / "phoenix-trace-runtime/src/config/resource/detect.rs").read_text()
    read = set(re.findall(r'\("(K8S_\w+)"', detectors)) - {"K8S_CLUSTER_NAME"}
    wrong, pods = [], 0
    for name, document in rendered:
        if document["kind"] in ("Deployment", "StatefulSet", "DaemonSet"):
            spec = document["spec"]["template"]["spec"]
            for container in (*spec.get("initContainers", []), *spec["containers"]):
                pods += 1
                where = f"{name}/{document['metadata']['name']}/{container['name']}"
                if not PINNED.search(container["image"]):
                    wrong.append(f"{where}: {container['image']}")
                # Nobody asks the archive's uploader, nor what ends before the others start.
                if "readinessProbe" not in container and container["name"] != "archive" and container in spec["containers"]:
                    wrong.append(f"{where}: no readiness probe")
                if "memory" not in container["resources"]["limits"]:
                    wrong.append(f"{where}: no bound on memory")
                if document["metadata"].get("labels", {}).get("phoenix-trace") == "enabled":
                    given = {each["name"] for each in container["env"]}
                    wrong += [f"{where}: {each}" for each in sorted(read ^ {each for each in given if each.startswith("K8S_")})]
    report.no_errors("every container has a pinned image, probes, a bound on memory; services know their pod", wrong, f"{pods} containers")


def prometheus(report):
    programs = sorted({program(name) for name in ("prometheus", "prometheus_debian")} - {None})
    if not programs:
        report.skip("Prometheus' configuration, rules and their unit tests", wanting("prometheus"))
        return
    tests = sorted((DEPLOY / "prometheus/tests").glob("*.yaml"))
    count = sum(len(yaml.safe_load(test.read_text())["tests"]) for test in tests)
    wrong = []
    for each in programs:
        promtool = pathlib.Path(each).with_name("promtool")
        for command in ([promtool, "check", "config", DEPLOY / "prometheus/prometheus.yml"], [promtool, "test", "rules", *tests]):
            code, said = output(command)
            if code:
                wrong.append(f"{each}: {said[-400:]}")
    report.no_errors("prometheus.yml and its rules load, and the unit tests of the rules pass (promtool)", wrong, f"{count} tests, in each of {len(programs)} versions")
    alerts = {rule["alert"] for group in yaml.safe_load((DEPLOY / "prometheus/rules/alerts.yaml").read_text())["groups"] for rule in group["rules"]}
    checks = [check for test in yaml.safe_load((DEPLOY / "prometheus/tests/alerts.yaml").read_text())["tests"] for check in test["alert_rule_test"]]
    fires, is_silent = ({check["alertname"] for check in checks if bool(check["exp_alerts"]) == fires} for fires in (True, False))
    report.no_errors("every alert has a unit test in which it fires, and one in which it does not", alerts - (fires & is_silent), f"{len(alerts)} alerts")


def grafana(report):
    code, said = output([sys.executable, DEPLOY / "grafana/dashboards.py", "--check"])
    report.check("dashboards are as their code makes them", code == 0, said[-200:])
    wrong, count = [], 0
    sources = {source["uid"] for source in data_sources()}
    for board in dashboards():
        for panel, target in targets_of(board):
            count += 1
            if target["datasource"]["uid"] not in sources:
                wrong.append(f"{board['uid']}/{panel['title']}: no data source {target['datasource']['uid']}")
            try:
                promql_parser.parse(filled(target["expr"]))
            except ValueError as error:
                wrong.append(f"{board['uid']}/{panel['title']}: {error}")
    report.no_errors("every query of the dashboards parses as PromQL", wrong, f"{count} queries")
    wrong = [f"{at}: {uid}" for at, uid in uids_in(data_sources(), "") if uid not in sources]
    report.no_errors("links between data sources lead to one that is there", wrong, ", ".join(sorted(sources)))
    if program("logql"):
        queries = logql_queries()
        code, said = output([program("logql"), *queries])
        report.check("every query that links make for Loki parses as LogQL (Grafana's grammar)", code == 0, said[-300:] or f"{len(queries)} queries")
    else:
        report.skip("every query that links make for Loki parses as LogQL", wanting("logql"))
    wrong = schema_complaints()
    report.no_errors("dashboards are what Grafana's own types read, and lose nothing in them", wrong, f"{len(dashboards())} dashboards")


def uids_in(value, path):
    """Each reference to a data source, and where it is."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        if key == "datasourceUid":
            yield path, inner
        yield from uids_in(inner, f"{path}/{key}")


def logql_queries():
    """Those of the data sources' links, and of Jaeger's to Grafana; a variable is a text like any other."""
    found = []
    for source in data_sources():
        settings = source["jsonData"]
        found += [settings["tracesToLogsV2"]["query"]] if "tracesToLogsV2" in settings else []
        found += [field["url"] for field in settings.get("derivedFields", []) if field["datasourceUid"] == "loki"]
    for link in json.loads((DEPLOY / "jaeger/ui.json").read_text())["linkPatterns"]:
        panes = urllib.parse.parse_qs(urllib.parse.urlsplit(link["url"].replace("#{", "{")).query)["panes"][0]
        found += [query["expr"] for pane in json.loads(panes).values() for query in pane["queries"]]
    return found


def schema_complaints():
    """Reads each dashboard with Grafana's published types, and looks for what did not come through."""
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

    register_default_plugins()
    wrong = []
    for board in dashboards():
        try:
            read = json.loads(JSONEncoder().encode(Dashboard.from_json(board)))
        except Exception as error:
            wrong.append(f"{board['uid']}: {type(error).__name__} {error}")
            continue
        wrong += [f"{board['uid']}: {path} is unknown" for path in lost(board, read, "")]
    return wrong


def lost(ours, theirs, path):
    """The paths of keys that are in `ours` and not in `theirs`; what a panel's plugin defines for itself is not looked into."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            if path.endswith(("/options", "/custom", "/query")):
                continue
            if key not in theirs:
                if value not in (None, {}, [], ""):
                    yield f"{path}/{key}"
            else:
                yield from lost(value, theirs[key], f"{path}/{key}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        for ours_item, theirs_item in zip(ours, theirs):
            yield from lost(ours_item, theirs_item, path)


def collector(report):
    if not program("collector"):
        report.skip("the collector's configurations load", wanting("collector"))
        return
    for files in (["sample.yaml"], ["balance.yaml"], ["sample.yaml", "archive.yaml"]):
        command = [program("collector"), "validate"]
        for file in ("base.yaml", *files):
            command += ["--config", DEPLOY / "collector" / file]
        code, said = output(command)
        report.check(f"the collector takes base.yaml with {' and '.join(files)}", code == 0, said[-300:])
    builder = (DEPLOY / "collector/builder.yaml").read_text()
    listed = {re.sub(r"(receiver|processor|connector|exporter|extension)$", "", name) for name in re.findall(r"gomod: \S+/(\w+) v0", builder)}
    used = set()
    for file in ("base", "sample", "balance", "archive"):
        read = yaml.safe_load((DEPLOY / f"collector/{file}.yaml").read_text())
        for kind in ("receivers", "processors", "connectors", "exporters", "extensions"):
            used |= {name.split("/")[0].replace("_", "").removesuffix("grpc") for name in read.get(kind, {})}
    report.no_errors("builder.yaml has what the configurations use, and no more", sorted(listed ^ used), f"{len(listed)} modules")


def other_json(report):
    for file in ("jaeger/strategies.json", "jaeger/ui.json", "archive/lifecycle.json"):
        json.loads((DEPLOY / file).read_text())
    strategies = json.loads((DEPLOY / "jaeger/strategies.json").read_text())
    rates = {each["service"]: each["param"] for each in strategies["service_strategies"]}
    expected = {"orchestrator-service": 1.0, "data-router": 1.0, "llm-service": 0.5}
    report.check("the strategies have the platform's rates", rates == expected and strategies["default_strategy"]["param"] == 0.1, str(rates))
    bounds = yaml.safe_load((DEPLOY / "collector/base.yaml").read_text())["processors"]["transform/bounds"]["log_statements"]
    count, length = (int(re.search(rf"{function}\(log\.attributes, (\d+)", " ".join(bounds)).group(1)) for function in ("limit", "truncate_all"))
    loki = yaml.safe_load((DEPLOY / "loki/loki.yaml").read_text())["limits_config"]
    entries, size = loki["max_structured_metadata_entries_count"], loki["max_structured_metadata_size"]
    report.check("Loki takes every attribute that the collector lets through", entries >= count + 32 and size == "1MB" and count * length < 900_000, f"{entries} for {count} and those of the resource, {size} for {count} of {length} bytes")
    code, said = output(["sh", "-n", DEPLOY / "jaeger/opensearch-retention.sh"])
    report.check("the script of the retentions is well formed", code == 0, said)
    for what, why in (
        ("Loki's configuration loads", "Loki comes as an image only"),
        ("Grafana takes the data sources and draws the dashboards", "Grafana comes as an image only"),
        ("OpenSearch deletes what is too old", "its plugin for the state of indices is no package"),
        ("images are in their registries, and start", "a container engine is no package"),
    ):
        report.skip(what, why)
