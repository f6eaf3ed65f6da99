//! What resources are made of, as they are exported.

use super::*;

fn config(vars: &[(&str, &str)]) -> Config {
    let var = |name: &str| vars.iter().find(|(there, _)| *there == name);
    Config::from_vars(|name| var(name).map(|(_, value)| (*value).to_owned()))
}

/// Attributes and their origins, but for those that are fixed.
fn printed(config: &Config) -> Vec<String> {
    let attributes = config.attributes().into_iter();
    let lines = attributes
        .filter(|(_, origin)| origin != "fixed")
        .map(|(pair, origin)| format!("{} = {} ({origin})", pair.key, pair.value));
    lines.collect()
}

const NO_DETECTORS: (&str, &str) = (DETECTORS, "none");

#[test]
fn the_service_is_named_by_the_strongest() {
    let attributes = (
        ATTRIBUTES,
        "service.name=listed,service.version=1,service.namespace=shop,deployment.environment.name=prod",
    );
    assert_eq!(
        printed(&config(&[
            NO_DETECTORS,
            attributes,
            ("SERVICE_NAME", "earlier")
        ])),
        [
            "deployment.environment.name = production (OTEL_RESOURCE_ATTRIBUTES)",
            "service.namespace = shop (OTEL_RESOURCE_ATTRIBUTES)",
            "service.version = 1 (OTEL_RESOURCE_ATTRIBUTES)",
            "service.name = listed (OTEL_RESOURCE_ATTRIBUTES)",
        ]
    );
    let all = config(&[
        NO_DETECTORS,
        attributes,
        ("SERVICE_NAME", "earlier"),
        ("OTEL_SERVICE_NAME", "named"),
        ("ENVIRONMENT", "staging"),
    ]);
    assert_eq!(
        printed(&all.version("2").resource("service.namespace", "bank")),
        [
            "deployment.environment.name = staging (ENVIRONMENT)",
            "service.namespace = bank (code)",
            "service.version = 2 (code)",
            "service.name = named (OTEL_SERVICE_NAME)",
        ]
    );
    let earlier = config(&[NO_DETECTORS, ("SERVICE_NAME", "earlier")]);
    assert_eq!(
        printed(&earlier.environment(Environment::Production)),
        [
            "deployment.environment.name = production (code)",
            "service.name = earlier (SERVICE_NAME)",
        ]
    );
}

#[test]
fn an_environment_of_ones_own_keeps_its_name() {
    let attributes = (ATTRIBUTES, "deployment.environment.name=qa");
    let config = config(&[NO_DETECTORS, attributes, ("OTEL_SERVICE_NAME", "a")]);
    assert_eq!(
        printed(&config),
        [
            "deployment.environment.name = qa (OTEL_RESOURCE_ATTRIBUTES)",
            "service.name = a (OTEL_SERVICE_NAME)",
        ]
    );
}

#[test]
fn kubernetes_tells_by_the_downward_api() {
    let config = config(&[
        (DETECTORS, "kubernetes"),
        ("OTEL_SERVICE_NAME", "a"),
        ("K8S_POD_NAME", "a-7d"),
        ("K8S_POD_UID", "42"),
        ("K8S_NAMESPACE_NAME", "shop"),
        ("K8S_NODE_NAME", "node-1"),
        ("K8S_CONTAINER_NAME", "main"),
        ("K8S_DEPLOYMENT_NAME", "a"),
        ("K8S_CLUSTER_NAME", ""),
        (ATTRIBUTES, "k8s.node.name=said"),
    ]);
    assert_eq!(
        printed(&config),
        [
            "k8s.namespace.name = shop (detected: kubernetes)",
            "k8s.deployment.name = a (detected: kubernetes)",
            "k8s.pod.name = a-7d (detected: kubernetes)",
            "k8s.pod.uid = 42 (detected: kubernetes)",
            "k8s.container.name = main (detected: kubernetes)",
            "deployment.environment.name = development (default)",
            "k8s.node.name = said (OTEL_RESOURCE_ATTRIBUTES)",
            "service.name = a (OTEL_SERVICE_NAME)",
        ]
    );
}

#[test]
fn the_machine_tells_of_itself_unless_it_is_told_not_to() {
    let keys = |config: &Config| -> Vec<String> {
        let detected = config.detection.attributes().into_iter();
        detected.map(|(_, pair)| pair.key.to_string()).collect()
    };
    let all = keys(&config(&[]));
    for key in [
        "service.instance.id",
        "process.pid",
        "process.executable.name",
        "process.runtime.name",
        "host.arch",
        "os.type",
    ] {
        assert!(all.iter().any(|there| there == key), "{key}: {all:?}");
    }
    assert!(!all.iter().any(|key| key.starts_with("process.command")));
    assert_eq!(keys(&config(&[(DETECTORS, "os")])), ["os.type"]);
    assert_eq!(keys(&config(&[NO_DETECTORS])), [""; 0]);
    assert_eq!(keys(&config(&[]).detectors([])), [""; 0]);
    let wrong = config(&[(DETECTORS, "os,moon")]);
    assert_eq!(keys(&wrong), ["os.type"]);
    assert_eq!(
        wrong.problems()[0].to_string(),
        "PHOENIX_TRACE_RESOURCE_DETECTORS=`os,moon` cannot be used: expected all, none, or a list of service, process, host, \
         os, container, kubernetes; using os instead"
    );
}

#[test]
fn an_instance_has_one_id_unless_it_is_given() {
    let id = |config: &Config| {
        let attributes = config.attributes().into_iter();
        let mut ids = attributes.filter(|(pair, _)| pair.key.as_str() == "service.instance.id");
        ids.next().map(|(pair, _)| pair.value.to_string())
    };
    let of_process = id(&Config::default()).expect("one");
    assert_eq!(id(&config(&[])).as_ref(), Some(&of_process));
    let (head, tail) = of_process.split_at(14);
    assert!(head.len() == 14 && tail.starts_with('4'), "{of_process}");
    let given = Config::default().resource("service.instance.id", "billing-1");
    assert_eq!(id(&given).as_deref(), Some("billing-1"));
}
