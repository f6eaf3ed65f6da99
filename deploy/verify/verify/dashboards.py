"""The dashboards' queries on a real Prometheus: data, with the labels that the panel shows, in the unit that it says."""

import json
import re

import yaml

from .programs import DEPLOY

UNITS = {"s", "percentunit", "reqps", "cps", "short", "bytes"}


def dashboards():
    return [json.loads(path.read_text()) for path in sorted((DEPLOY / "grafana/provisioning/dashboards").glob("*.json"))]


def data_sources():
    return yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/datasources.yaml").read_text())["datasources"]


def targets_of(board):
    return [(panel, target) for panel in board["panels"] for target in panel.get("targets", [])]


def filled(expression, service="orchestrator-service"):
    """With the values that Grafana puts for variables."""
    for name, value in {"$environment": ".*", "$service": service, "$__rate_interval": "1m"}.items():
        expression = expression.replace(name, value)
    return expression


def unit_of(expression):
    """What an expression counts, by the names of its metrics and what is done with them."""
    if "histogram_quantile" in expression or "_seconds:mean" in expression:
        return {"s"}
    if re.search(r"[)}\w] / [(\w]|_ratio:", expression):
        return {"percentunit"}
    if re.search(r"_bytes\b|memory_rss", expression):
        return {"bytes"}
    if re.search(r"cpu_seconds", expression) or re.match(r"(sum by \(le\) \(label_replace\(increase|count\()", expression):
        return {"short"}
    if re.search(r"rate\(|:rate5m", expression):
        return {"reqps", "cps"}
    return {"short"}


def complaints(prometheus):
    """What is wrong with the panels, and how many queries were looked at. A panel of one service has data for one at least."""
    services = sorted({labels["job"] for labels, _ in prometheus.query("service:requests:rate5m")})
    wrong, count = [], 0
    for board in dashboards():
        for variable in board["templating"]["list"]:
            metric, label = re.fullmatch(r"label_values\((\S+), (\w+)\)", variable["query"]["query"]).groups()
            if not any(label in labels for labels, _ in prometheus.query(metric)):
                wrong.append(f"{board['uid']}: no values for ${variable['name']}")
        for panel, target in targets_of(board):
            count += 1
            where = f"{board['uid']} / {panel['title']}"
            of_services = services if "$service" in target["expr"] else services[:1]
            samples = [sample for service in of_services for sample in prometheus.query(filled(target["expr"], service))]
            if not samples:
                wrong.append(f"{where}: no data")
                continue
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            for transformation in panel.get("transformations", []):
                shown |= set(transformation["options"].get("renameByName", {})) - {"Value", "Time"}
            missing = shown - set().union(*(labels for labels, _ in samples))
            if missing and "or vector(0)" not in target["expr"]:
                wrong.append(f"{where}: no label {', '.join(sorted(missing))}")
            unit = panel["fieldConfig"]["defaults"]["unit"]
            if unit not in unit_of(target["expr"]):
                wrong.append(f"{where}: {unit}, and the query gives {'/'.join(sorted(unit_of(target['expr'])))}")
            if unit == "percentunit" and any(value > 1.0001 or value < -0.0001 for _, value in samples if value == value):
                wrong.append(f"{where}: a share outside of 0 to 1")
    return wrong, count


def metrics_of_spans(prometheus, tags):
    """What is wrong with the links from a span to metrics; `tags` are the span's, and its process', as Jaeger answers them."""
    links = {json.dumps(source["jsonData"]["tracesToMetrics"]) for source in data_sources() if source["type"] == "jaeger"}
    for link in map(json.loads, links):
        missing = [tag["key"] for tag in link["tags"] if tag["key"] not in tags]
        if missing:
            yield f"no tag {', '.join(missing)} among {', '.join(sorted(tags))}"
            continue
        matchers = ", ".join(f'{tag["value"]}="{tags[tag["key"]]}"' for tag in link["tags"])
        for query in link["queries"]:
            found = prometheus.query(query["query"].replace("$$__tags", matchers))
            if not found or not all(labels.get("route") for labels, _ in found):
                yield f"{query['name']}: {found} for {matchers}"


def links_of_logs(labels):
    """The labels of Loki that links lead on from, and no log record has."""
    fields = next(source for source in data_sources() if source["type"] == "loki")["jsonData"]["derivedFields"]
    return [field["matcherRegex"] for field in fields if field["matcherType"] != "label" or field["matcherRegex"] not in labels]
