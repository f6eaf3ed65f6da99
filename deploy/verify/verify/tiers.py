"""Two samplers behind a collector that balances by trace id: the spans of a trace meet in one of them."""

import datetime
import json
import signal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from .otlp import Receiver, request_with, send
from .platform import Load, Platform
from .programs import Collector, complaints, free_port, wait_for

TITLE = "Two tiers of collectors"


def run(report, request_flow, folder):
    standard, errors = [Receiver(), Receiver()], [Receiver(), Receiver()]
    # One name and one port for both, as a headless service has them.
    port = free_port()
    samplers = [
        Collector(f"sampler-{number}", ["sample.yaml"], folder, host=f"127.0.0.{number + 1}", grpc=port, JAEGER_STANDARD=standard[number].endpoint, JAEGER_ERRORS=errors[number].endpoint, DECISION_WAIT="2s")
        for number in range(2)
    ]
    balancer = Collector("balancer", ["balance.yaml"], folder, hosts="127.0.0.1 localhost\n127.0.0.1 sampler\n127.0.0.2 sampler\n", SAMPLERS_HOST="sampler", SAMPLERS_PORT=port)
    front = Receiver(f"127.0.0.1:{balancer.grpc}")
    platform = Platform(request_flow, folder, f"http://{front.endpoint}")
    load = Load(platform.gateway, 200, threads=4).wait()
    platform.stop()
    for receiver in (front, *standard):
        receiver.settled(quiet=4)
    first, second = (set(receiver.traces()) for receiver in standard)
    report.check("no trace is split between two samplers", not first & second and first and second, f"{len(first)} and {len(second)} traces of {load.sent} requests")
    recorded = front.traces()
    stored = {**standard[0].traces(), **standard[1].traces()}
    report.check("both together have every trace as it was recorded", recorded == stored, f"{sum(map(len, stored.values()))} of {front.count()} spans")
    failed = {identity for identity, trace in recorded.items() if any(span.failed for span in trace.values())}
    report.check("errors are split off in either", failed == set(errors[0].traces()) | set(errors[1].traces()), f"{len(failed)} traces")
    report.no_errors("no collector complained", complaints([*samplers, balancer]))
    for each in (balancer, *samplers, front, *standard, *errors):
        each.stop()
    encrypted(report, folder / "encrypted")


def encrypted(report, folder):
    """A balancer that trusts an authority of our own, before a sampler whose certificate has its name and no address."""
    folder.mkdir(parents=True)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sampler")])
    certificate = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    certificate = certificate.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(hours=1))
    certificate = certificate.add_extension(x509.SubjectAlternativeName([x509.DNSName("sampler")]), critical=False).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    tls = {"cert_file": str(folder / "cert.pem"), "key_file": str(folder / "key.pem")}
    (folder / "tls.yaml").write_text(json.dumps({"receivers": {"otlp": {"protocols": {"grpc": {"tls": tls}}}}}))
    store = Receiver()
    sampler = Collector("sampler", ["sample.yaml", folder / "tls.yaml"], folder, JAEGER_STANDARD=store.endpoint, DECISION_WAIT="1s")
    balancer = Collector("balancer", ["balance.yaml"], folder, hosts="127.0.0.1 localhost\n127.0.0.1 sampler\n", SAMPLERS_HOST="sampler", SAMPLERS_PORT=sampler.grpc, SAMPLERS_INSECURE="false", SAMPLERS_CA_FILE=folder / "cert.pem")
    send(f"http://127.0.0.1:{balancer.http}", request_with("api-gateway", [{}]))
    try:
        wait_for("the span", store.count, within=20)
    except TimeoutError:
        pass
    report.check("between the tiers TLS is for the name of the samplers, by an authority of one's own", store.count() == 1, "; ".join(balancer.complaints()[-1:]))
    for each in (balancer, sampler):
        each.stop(signal.SIGKILL)
    store.stop()
