using System.Diagnostics;
using System.Globalization;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A real Consul server with one member on loopback ports, and a folder in which its data survives when it is killed and restarted.</summary>
internal sealed class ConsulAgent : IAsyncDisposable
{
    private const int StartAttempts = 5;

    private static readonly HttpClient Http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });

    private readonly TemporaryFolder _folder = new();
    private readonly AgentProcess _process;
    private readonly bool _tls;

    private ConsulAgent(ConsulAgentOptions options)
    {
        Port = LoopbackPorts.Take();
        _tls = options.Tls;
        var plain = options.Tls ? -1 : Port;
        _process = new AgentProcess(
        [
            "agent", "-server", "-bootstrap-expect=1", "-node=alone", "-bind=127.0.0.1", "-client=127.0.0.1", $"-data-dir={_folder.File("data")}",
            $"-http-port={Text(plain)}", $"-https-port={Text(options.Tls ? Port : -1)}", "-grpc-port=-1", "-dns-port=-1", $"-server-port={Text(LoopbackPorts.Take())}",
            $"-serf-lan-port={Text(LoopbackPorts.Take())}", $"-serf-wan-port={Text(LoopbackPorts.Take())}", "-log-level=err", "-raft-protocol=3",
            $"-config-file={_folder.Write("settings.hcl", options.ToText() + Fast)}",
        ]);
    }

    // Like an agent for development, so it leads within a moment.
    private const string Fast = "\nperformance { raft_multiplier = 1 }\n";

    public int Port { get; }

    public string Endpoint => $"127.0.0.1:{Port}";

    public string Address => $"{(_tls ? "consuls" : "consul")}://{Endpoint}";

    public string Url => $"{(_tls ? "https" : "http")}://{Endpoint}";

    public static async Task<ConsulAgent> StartAsync(ConsulAgentOptions? options = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var agent = new ConsulAgent(options ?? new ConsulAgentOptions());
            try
            {
                await agent.StartAgainAsync();
                return agent;
            }
            catch (InvalidOperationException) when (attempt < StartAttempts)
            {
                // Another process has probably taken a port meanwhile.
                await agent.DisposeAsync();
            }
        }
    }

    /// <summary>Starts it with its data, and returns when it serves, including sessions, which need its node in the catalog.</summary>
    public async Task StartAgainAsync()
    {
        _process.Start();
        await Patience.UntilAsync(IsReadyAsync, "a consul that serves");
    }

    public void Kill() => _process.Kill();

    /// <summary>Restarts a killed agent without data.</summary>
    public void Empty() => Directory.Delete(_folder.File("data"), recursive: true);

    /// <summary>Makes a request as an administrator.</summary>
    public async Task<string> SendAsync(HttpMethod method, string target, string? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(method, Url + target) { Content = body is null ? null : new StringContent(body) };
        if (token is not null)
        {
            request.Headers.Add("X-Consul-Token", token);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{target}: {response.StatusCode} {text}");
    }

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<bool> IsReadyAsync()
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"consul has ended: {_process.LastLines}");
        }

        try
        {
            // A server that requires tokens reports its leader to all clients, but not the catalog.
            using var nodes = await Http.GetAsync(new Uri(Url + "/v1/catalog/nodes"));
            return nodes.IsSuccessStatusCode && (await nodes.Content.ReadAsStringAsync() != "[]" || (await SendAsync(HttpMethod.Get, "/v1/status/leader")).Length > 2);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
        {
            return false;
        }
    }

    private sealed class AgentProcess(IReadOnlyList<string> arguments) : ServerProcess
    {
        protected override ProcessStartInfo Command() => new(ConsulBinary.Path, arguments);
    }
}
