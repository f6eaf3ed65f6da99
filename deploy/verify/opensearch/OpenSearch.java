import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/** One node of OpenSearch, on the loopback interface: `OpenSearch FOLDER PORT`. Of its plugins it has HTTP and no other. */
final class OpenSearch extends Node {
    private OpenSearch(Settings settings) {
        super(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "verify"), List.of(Netty4Plugin.class), true);
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("--version")) {
            System.out.println(Version.CURRENT);
            return;
        }
        OpenSearch node = new OpenSearch(Settings.builder()
            .put("path.home", arguments[0])
            .put("http.host", "127.0.0.1")
            .put("http.port", arguments[1])
            .put("transport.host", "127.0.0.1")
            .put("transport.port", "0")
            .put("transport.type", "netty4")
            .put("http.type", "netty4")
            .put("discovery.type", "single-node")
            // A laptop's disk may be fuller than a server's should be.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (java.io.IOException error) {
                System.err.println(error);
            }
        }));
        node.start();
        Thread.currentThread().join();
    }
}
