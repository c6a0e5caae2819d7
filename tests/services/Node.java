import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsUtils;

/**
 * One Elasticsearch node from the server's jars alone, without a distribution archive.
 * Arguments: the home folder, then settings as key=value. Ends when the process is terminated.
 */
public final class Node {
    private Node() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Settings.Builder settings = Settings.builder().put("path.home", home.toString());
        for (int i = 1; i < arguments.length; i++) {
            int at = arguments[i].indexOf('=');
            settings.put(arguments[i].substring(0, at), arguments[i].substring(at + 1));
        }
        LogConfigurator.configureESLogging();
        Environment environment = new Environment(settings.build(), home.resolve("config"));
        // The HTTP and transport layer is itself a module with its own class loader.
        PluginsLoader loader = PluginsLoader.createPluginsLoader(
                PluginsUtils.getModuleBundles(environment.modulesDir()), Set.of(), Map.of());
        var node = new org.elasticsearch.node.Node(environment, loader);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception ending) {
                System.err.println("close: " + ending);
            }
        }));
        node.start();
        Thread.currentThread().join();
    }
}
