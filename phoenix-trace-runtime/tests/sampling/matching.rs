use phoenix_trace_runtime::key::{Key, types};
use phoenix_trace_runtime::private::{
    Beginning, Site, SpanKind, attr, enter as enter_at, enter_as,
};
use phoenix_trace_runtime::sampling::{Environment, Rule, SamplingRules, configure_sampler};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, with_traced_operation};

use super::{Asked, kept, rules, serve};
use crate::support::enter;

const TENANT: Key<types::Str> = Key::new("tenant");
const PORT: Key<types::Int> = Key::new("server.port");

fn capture(rules: impl IntoIterator<Item = Rule>) -> Capture {
    let rules: SamplingRules = rules.into_iter().collect();
    Capture::with_config(Config::default().service("shop").sampler(rules))
}

#[test]
fn the_first_rule_that_fits_decides() {
    let capture = capture([
        Rule::new().service("other-*").never(),
        Rule::new().operation("health").never(),
        Rule::new().operation(["pay", "re*"]).always(),
        Rule::new().kind(SpanKind::Consumer).always(),
        Rule::new().operation("consume").never(),
        Rule::new().ratio(0.0),
    ]);
    static CONSUMER: Site = Site::new("consume", SpanKind::Consumer, "");
    capture.run(|| {
        ["health", "pay", "refund", "browse"]
            .into_iter()
            .for_each(|name| drop(enter(name)));
        drop(enter_at(&CONSUMER, &[]));
    });
    assert_eq!(kept(&capture), ["pay", "refund", "consume"]);
    assert_eq!(
        rules(&capture),
        "code: service other-*: never (0)\n\
         code: operation health: never (1)\n\
         code: operation pay|re*: ratio 1, errors always (2)\n\
         code: kind consumer: ratio 1, errors always (1)\n\
         code: operation consume: never (0)\n\
         code: everything: ratio 0, errors always (1)\n\
         preset: everything: ratio 1, errors always (0)\n"
    );
}

#[test]
fn a_name_that_is_known_only_when_the_span_starts_is_one() {
    let capture = capture([
        Rule::new().operation("import *").always(),
        Rule::new().ratio(0.0),
    ]);
    static SITE: Site = Site::new("operation", SpanKind::Internal, "");
    capture.run(|| {
        for name in ["import orders", "export"] {
            drop(enter_as(&SITE, &[], Beginning::named(&[name])));
        }
    });
    assert_eq!(kept(&capture), ["import orders"]);
}

#[test]
fn attributes_at_the_start_are_compared_as_they_are_printed() {
    let capture = capture([
        Rule::new()
            .attribute("tenant", ["acme", "umb*"])
            .attribute("server.port", "8080")
            .always(),
        Rule::new().attribute("tenant", "?").always(),
        Rule::new().ratio(0.0),
    ]);
    static SITE: Site = Site::new("root", SpanKind::Internal, "");
    let kept = capture.run(|| {
        [
            ("acme", 8080),
            ("umbrella", 8080),
            ("acme", 80),
            ("x", 1),
            ("", 8080),
        ]
        .into_iter()
        .for_each(|(tenant, port)| {
            drop(enter_at(
                &SITE,
                &[attr(&TENANT, &tenant), attr(&PORT, &port)],
            ));
        });
        capture.spans().len()
    });
    assert_eq!(kept, 3);
}

#[test]
fn what_is_no_rate_is_named_and_limits_nothing() {
    let rules_of_code = SamplingRules::new()
        .rule(Rule::new().at_most(f64::NAN).at_least(-1.0))
        .error_limit(f64::NAN);
    let config = Config::default().sampler(rules_of_code);
    let said: Vec<String> = config.problems().iter().map(ToString::to_string).collect();
    let expected = |what, value| {
        format!(
            "{what}=`{value}` cannot be used: expected how many per second, zero or more; using no limit instead"
        )
    };
    assert_eq!(
        said,
        [
            expected("SamplingRules::error_limit", "NaN"),
            expected("Rule::at_most", "NaN"),
            expected("Rule::at_least", "-1"),
        ]
    );
    let capture = Capture::with_config(config);
    assert!(rules(&capture).starts_with("code: everything: ratio 1, errors always (0)\n"));
}

#[test]
fn what_no_rule_is_for_goes_to_the_next_source() {
    let rules_of_code = SamplingRules::new().rule(Rule::new().operation("health").never());
    let config = Config::from_vars(|name| {
        let value = match name {
            "OTEL_TRACES_SAMPLER" => "traceidratio",
            "OTEL_TRACES_SAMPLER_ARG" => "0",
            _ => return None,
        };
        Some(value.to_owned())
    });
    let capture = Capture::with_config(config.service("shop").sampler(rules_of_code));
    capture.run(|| {
        ["health", "pay"]
            .into_iter()
            .for_each(|name| drop(enter(name)))
    });
    assert_eq!(kept(&capture), [""; 0]);
    assert_eq!(
        rules(&capture),
        "code: operation health: never (1)\n\
         environment: everything: ratio 0, errors always (1)\n\
         preset: everything: ratio 1, errors always (0)\n"
    );
}

#[tokio::test]
async fn the_route_is_the_one_known_at_the_start() {
    let capture = capture([
        Rule::new().route("/users/{id}").always(),
        Rule::new().operation("GET /v2/*").always(),
        Rule::new().attribute("url.scheme", "https").always(),
        Rule::new().ratio(0.0),
    ]);
    let routes = ["/users/{id}", "/v2/ask", "/users", "/v2/ask", "/users/{id}"];
    let asked = routes.map(|route| Asked {
        route: Some(route),
        ..Asked::default()
    });
    let guard = capture.enter();
    serve(asked.into_iter().chain([Asked::default()])).await;
    drop(guard);
    let (users, ask) = ("GET /users/{id}", "GET /v2/ask");
    assert_eq!(kept(&capture), [users, ask, ask, users]);
}

#[test]
fn the_preset_of_production_is_the_platforms() {
    let shown = |service: &str| {
        let config = Config::default().environment(Environment::Production);
        let capture = Capture::with_config(config.service(service));
        capture.run(|| drop(enter("root")));
        let stats = capture.stats().sampling;
        let matched = stats.rules.iter().find(|rule| rule.matched > 0);
        matched.expect("one").rule.clone()
    };
    for (service, ratio) in [
        ("orchestrator-service", 1.0),
        ("data-router", 1.0),
        ("llm-service", 0.5),
        ("api-gateway", 0.1),
    ] {
        let expected = format!(": ratio {ratio}, errors always");
        assert!(shown(service).ends_with(&expected), "{}", shown(service));
        let sampler = configure_sampler(Environment::Production, service);
        assert_eq!(sampler.to_string(), format!("ratio {ratio}, errors always"));
    }
}

#[test]
fn names_that_nobody_has_seen_before_are_bounded_and_decided_right() {
    let capture = capture([
        Rule::new().operation("odd 1*").always(),
        Rule::new().ratio(0.0),
    ]);
    let names: Vec<String> = (0..5_000).map(|number| format!("odd {number}")).collect();
    capture.run(|| {
        for name in &names {
            with_traced_operation(name, [("n", 1)], || ());
        }
    });
    let expected = names.iter().filter(|name| name.starts_with("odd 1"));
    assert_eq!(kept(&capture).len(), expected.count());
}
