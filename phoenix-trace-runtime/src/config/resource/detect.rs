//! What the process, the machine, and Kubernetes by its downward API tell: the attributes of the semantic conventions that
//! they stand for.

use std::env::consts::{ARCH, OS};
use std::fmt;
use std::io::Read as _;
use std::sync::LazyLock;

use opentelemetry::KeyValue;

use super::container;

/// Who tells of the resource that spans come from; see
/// [`Config::detectors`](crate::Config::detectors).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourceDetector {
    /// `service`: `service.instance.id`, a random UUID for as long as the process runs.
    Service,
    /// `process`: `process.pid`, `process.executable.name`, `process.runtime.name`. Never the command line.
    Process,
    /// `host`: `host.name`, `host.arch`, and `host.id` where `/etc/machine-id` can be read.
    Host,
    /// `os`: `os.type`.
    Os,
    /// `container`: `container.id`, of the control groups or the mounts of the process.
    Container,
    /// `kubernetes`: `k8s.pod.name`, `k8s.namespace.name` and others, of variables that a manifest fills by the
    /// [downward API](https://kubernetes.io/docs/concepts/workloads/pods/downward-api/): `K8S_POD_NAME`,
    /// `K8S_NAMESPACE_NAME`, `K8S_POD_UID`, `K8S_NODE_NAME`, `K8S_CONTAINER_NAME`, `K8S_DEPLOYMENT_NAME`,
    /// `K8S_CLUSTER_NAME`.
    Kubernetes,
}

impl ResourceDetector {
    /// Every detector.
    pub const ALL: [Self; 6] = [
        Self::Service,
        Self::Process,
        Self::Host,
        Self::Os,
        Self::Container,
        Self::Kubernetes,
    ];

    /// Its name in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Process => "process",
            Self::Host => "host",
            Self::Os => "os",
            Self::Container => "container",
            Self::Kubernetes => "kubernetes",
        }
    }

    pub(in crate::config) fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|detector| detector.as_str() == name)
    }

    pub(super) fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }

    /// What it finds; what the machine does not show is left out.
    pub(super) fn detect(self) -> Vec<KeyValue> {
        let found: Vec<Option<KeyValue>> = match self {
            Self::Service => vec![Some(KeyValue::new("service.instance.id", instance_id()))],
            Self::Process => vec![
                Some(KeyValue::new("process.pid", i64::from(std::process::id()))),
                executable().map(|name| KeyValue::new("process.executable.name", name)),
                Some(KeyValue::new("process.runtime.name", "rust")),
            ],
            Self::Host => vec![
                host_name().map(|name| KeyValue::new("host.name", name)),
                Some(KeyValue::new("host.arch", host_arch())),
                host_id().map(|id| KeyValue::new("host.id", id)),
            ],
            Self::Os => vec![Some(KeyValue::new("os.type", os_type()))],
            Self::Container => {
                let [cgroup, mounts] = ["/proc/self/cgroup", "/proc/self/mountinfo"]
                    .map(|path| start_of(path).unwrap_or_default());
                let id = container::id(&cgroup, &mounts);
                vec![id.map(|id| KeyValue::new("container.id", id))]
            }
            Self::Kubernetes => Vec::new(),
        };
        found.into_iter().flatten().collect()
    }
}

impl fmt::Display for ResourceDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The variables of the downward API, and what they stand for.
const KUBERNETES: [(&str, &str); 7] = [
    ("K8S_CLUSTER_NAME", "k8s.cluster.name"),
    ("K8S_NAMESPACE_NAME", "k8s.namespace.name"),
    ("K8S_DEPLOYMENT_NAME", "k8s.deployment.name"),
    ("K8S_POD_NAME", "k8s.pod.name"),
    ("K8S_POD_UID", "k8s.pod.uid"),
    ("K8S_CONTAINER_NAME", "k8s.container.name"),
    ("K8S_NODE_NAME", "k8s.node.name"),
];

pub(in crate::config) fn kubernetes(var: impl Fn(&str) -> Option<String>) -> Vec<KeyValue> {
    let pair = |(variable, key): (&str, &'static str)| Some(KeyValue::new(key, var(variable)?));
    KUBERNETES.into_iter().filter_map(pair).collect()
}

/// A UUID of version 4 (RFC 9562), the same for as long as the process runs.
fn instance_id() -> String {
    static ID: LazyLock<String> = LazyLock::new(|| {
        const VERSION: u128 = 0x4 << 76;
        const VARIANT: u128 = 0x2 << 62;
        let random: u128 = rand::random();
        let id = random & !(0xf << 76) & !(0x3 << 62) | VERSION | VARIANT;
        let hex = format!("{id:032x}");
        let [a, b, c, d, e] = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &hex[part]);
        format!("{a}-{b}-{c}-{d}-{e}")
    });
    ID.clone()
}

fn executable() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_name()?.to_string_lossy().into_owned())
}

fn host_name() -> Option<String> {
    let of_system = ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .into_iter()
        .find_map(start_of);
    let of_shell = || {
        let set = |name| std::env::var(name).ok();
        set("HOSTNAME").or_else(|| set("COMPUTERNAME"))
    };
    let name = of_system.or_else(of_shell)?.trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// By the names that `host.arch` has.
fn host_arch() -> &'static str {
    match ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        "powerpc" => "ppc32",
        "powerpc64" => "ppc64",
        other => other,
    }
}

fn host_id() -> Option<String> {
    let id = ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .into_iter()
        .find_map(start_of)?;
    let id = id.trim();
    (!id.is_empty()).then(|| id.to_owned())
}

/// By the names that `os.type` has.
fn os_type() -> &'static str {
    match OS {
        "macos" | "ios" => "darwin",
        "dragonfly" => "dragonflybsd",
        other => other,
    }
}

/// The start of a small file of the system's.
fn start_of(path: &str) -> Option<String> {
    const LONGEST: u64 = 64 << 10;
    let file = std::fs::File::open(path).ok()?;
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    (!text.trim().is_empty()).then(|| text.into_owned())
}
