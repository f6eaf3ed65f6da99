"""The files alone: schemas, pinned images, rules and their unit tests, configurations by the programs that read them."""

import json
import re
import subprocess
import sys

import kubernetes_validate
import promql_parser
import yaml

from .dashboards import dashboards, filled, targets_of
from .programs import DEPLOY
from .report import program

# A version down to the patch, or a digest: never a tag that moves.
PINNED = re.compile(r"^[\w./-]+:v?\d+\.\d+(\.\d+)?([.-][\w.-]+)?$|@sha256:[0-9a-f]{64}$")


def run(report):
    report.part("The files")
    yaml_is_well_formed(report)
    images_are_pinned(report)
    compose(report)
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


def compose(report):
    files = sorted(DEPLOY.glob("compose*.yaml"))
    code, said = output([sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", *files])
    report.check("compose files pass the schema of the compose specification", code == 0, "" if code == 0 else said[-400:])
    known, wrong = environment(), []
    for file in files:
        text = re.sub(r"(?m)^\s*#.*", "", file.read_text())
        wrong += [f"{file.name}: {name}" for name in re.findall(r"\$\{(\w+)\}", text) if name not in known]
    report.no_errors("every variable of the compose files is in .env", wrong)
    base = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    lasting = {name: service for name, service in base.items() if name != "volumes-ready"}
    wrong = [name for name, service in base.items() if not service.get("mem_limit")]
    report.no_errors("every container has a bound on its memory", wrong, f"{len(base)} containers")
    wrong = [name for name, service in lasting.items() if not (service.get("healthcheck") or f"{name}-ready" in base)]
    report.no_errors("every container that stays has a health check", wrong)
    ports = [port for service in base.values() for port in service.get("ports", [])]
    report.check("ports are on the loopback interface unless BIND says otherwise", all(port.startswith("${BIND}:") for port in ports) and known["BIND"] == "127.0.0.1", f"{len(ports)} ports")
    mounts = [volume.split(":")[0] for service in base.values() for volume in service.get("volumes", []) if volume.startswith("./")]
    report.no_errors("what is mounted exists", [mount for mount in mounts if not (DEPLOY / mount).exists()])


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def kubernetes(report):
    folder = DEPLOY / "kubernetes"
    if not program("kustomize"):
        report.skip("Kubernetes overlays build", "kustomize is not here; their files are checked one by one")
        rendered = [(file.name, document) for file in folder.rglob("*.yaml") if "components" not in file.parts and file.name != "kustomization.yaml" for document in documents(file.read_text())]
    else:
        rendered, wrong = [], []
        for overlay in sorted(folder.glob("overlays/*")):
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
    wrong, pods = [], 0
    for name, document in rendered:
        if document["kind"] in ("Deployment", "StatefulSet", "DaemonSet"):
            spec = document["spec"]["template"]["spec"]
            for container in spec["containers"]:
                pods += 1
                where = f"{name}/{document['metadata']['name']}/{container['name']}"
                if not PINNED.search(container["image"]):
                    wrong.append(f"{where}: {container['image']}")
                if "readinessProbe" not in container:
                    wrong.append(f"{where}: no readiness probe")
                if "memory" not in container["resources"]["limits"]:
                    wrong.append(f"{where}: no bound on memory")
                if document["metadata"].get("labels", {}).get("phoenix-trace") == "enabled":
                    given = {each["name"] for each in container["env"]}
                    wrong += [f"{where}: no {each}" for each in ("K8S_POD_NAME", "K8S_POD_UID", "K8S_NAMESPACE_NAME", "K8S_NODE_NAME", "K8S_CONTAINER_NAME", "K8S_DEPLOYMENT_NAME") if each not in given]
    report.no_errors("every container has a pinned image, probes, a bound on memory; services know their pod", wrong, f"{pods} containers")


def prometheus(report):
    promtool = program("prometheus") and program("prometheus").replace("/prometheus-debian/prometheus", "/prometheus-debian/promtool")
    if not promtool:
        report.skip("Prometheus' configuration, rules and their unit tests", "promtool is not here")
        return
    code, said = output([promtool, "check", "config", DEPLOY / "prometheus/prometheus.yml"])
    report.check("prometheus.yml and its rules load (promtool)", code == 0, " ".join(re.findall(r"\d+ rules found", said)) or said[-300:])
    tests = sorted((DEPLOY / "prometheus/tests").glob("*.yaml"))
    code, said = output([promtool, "test", "rules", *tests])
    count = sum(len(yaml.safe_load(test.read_text())["tests"]) for test in tests)
    report.check("the unit tests of the rules pass (promtool)", code == 0, f"{count} tests" if code == 0 else said[-400:])
    alerts = {rule["alert"] for group in yaml.safe_load((DEPLOY / "prometheus/rules/alerts.yaml").read_text())["groups"] for rule in group["rules"]}
    tested = set(re.findall(r"alertname: (\w+)", (DEPLOY / "prometheus/tests/alerts.yaml").read_text()))
    report.no_errors("every alert has a unit test", alerts - tested, f"{len(alerts)} alerts")


def grafana(report):
    code, said = output([sys.executable, DEPLOY / "grafana/dashboards.py", "--check"])
    report.check("dashboards are as their code makes them", code == 0, said[-200:])
    wrong, count = [], 0
    sources = {source["uid"] for source in yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/datasources.yaml").read_text())["datasources"]}
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
    wrong = schema_complaints()
    report.no_errors("dashboards are what Grafana's own types read, and lose nothing in them", wrong, f"{len(dashboards())} dashboards")


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
        report.skip("the collector's configurations load", "the collector is not here")
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
    code, said = output(["sh", "-n", DEPLOY / "jaeger/opensearch-retention.sh"])
    report.check("the script of the retentions is well formed", code == 0, said)
    for what in ("Loki's configuration loads", "Grafana takes the data sources and draws the dashboards", "OpenSearch takes the policies"):
        report.skip(what, f"{what.split()[0].removesuffix(chr(39) + 's')} cannot be had as a package")
