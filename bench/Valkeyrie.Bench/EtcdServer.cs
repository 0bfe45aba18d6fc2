using System.Diagnostics;

namespace Valkeyrie.Bench;

/// <summary>A private etcd on free loopback ports, with its data in a temporary folder. Disposing it ends the server and removes the folder.</summary>
internal sealed class EtcdServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private const int Attempts = 3;

    private readonly Process _process;
    private readonly ServerRemains _remains;
    private string _lastWords = "";

    private EtcdServer(Process process, string folder, string endpoint)
    {
        _process = process;
        _remains = new ServerRemains(process, folder);
        Endpoint = endpoint;
        process.ErrorDataReceived += (_, line) => _lastWords = line.Data ?? _lastWords;
        process.BeginErrorReadLine();
    }

    /// <summary>Host and port for clients.</summary>
    public string Endpoint { get; }

    /// <summary>The default binary: the one in VALKEYRIE_ETCD, or the one on PATH.</summary>
    public static string DefaultBinary => Environment.GetEnvironmentVariable("VALKEYRIE_ETCD") is { Length: > 0 } named ? named : "etcd";

    /// <summary>Starts a server and waits until it serves.</summary>
    /// <param name="binary">The program; null for <see cref="DefaultBinary"/>.</param>
    /// <param name="parentFolder">The parent of the temporary folder; null for the default of the system.</param>
    /// <param name="arguments">Further arguments of etcd.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<EtcdServer> StartAsync(
        string? binary = null, string? parentFolder = null, IEnumerable<string>? arguments = null, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = Path.Combine(parentFolder ?? Path.GetTempPath(), "valkeyrie-" + Path.GetRandomFileName());
            var endpoint = $"127.0.0.1:{ForegroundServer.FreePort()}";
            var process = Launch(binary ?? DefaultBinary, folder, endpoint, arguments ?? []);
            var server = new EtcdServer(process, folder, endpoint);
            var serves = false;
            try
            {
                serves = await server.ServesAsync(cancellationToken);
                if (serves)
                {
                    return server;
                }
            }
            finally
            {
                if (!serves)
                {
                    server._remains.Dispose();
                }
            }

            if (attempt == Attempts)
            {
                throw new InvalidOperationException($"etcd did not start: {server._lastWords}");
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _remains.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Process Launch(string binary, string folder, string endpoint, IEnumerable<string> arguments)
    {
        var peer = $"http://127.0.0.1:{ForegroundServer.FreePort()}";
        var start = new ProcessStartInfo(
            binary,
            [
                "--data-dir", folder,
                "--listen-client-urls", $"http://{endpoint}",
                "--advertise-client-urls", $"http://{endpoint}",
                "--listen-peer-urls", peer,
                "--initial-advertise-peer-urls", peer,
                "--initial-cluster", $"default={peer}",
                "--logger", "zap",
                "--log-level", "error",
                .. arguments,
            ])
        { RedirectStandardError = true };

        // Variables that etcd reads from the environment would override the arguments or stop it.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("ETCD_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start)!;
    }

    /// <summary>True when the server answers; false if it has ended, for example because another process took its port first.</summary>
    private async Task<bool> ServesAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        while (!_process.HasExited && Stopwatch.GetElapsedTime(started) < StartTimeout)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://{Endpoint}/health"), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return true;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, cancellationToken);
        }

        return false;
    }
}
