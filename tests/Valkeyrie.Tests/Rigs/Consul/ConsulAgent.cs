using System.Diagnostics;
using System.Globalization;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A real Consul server of one member on loopback ports, with a folder of its own in which it keeps its data when it is killed and started again.</summary>
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

    // As an agent for development has it, so that it leads within a moment.
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
                // Most likely somebody else took a port meanwhile.
                await agent.DisposeAsync();
            }
        }
    }

    /// <summary>Starts it with the data that it has, and returns when it serves, sessions too: those need its node in the catalog.</summary>
    public async Task StartAgainAsync()
    {
        _process.Start();
        await Patience.UntilAsync(IsReadyAsync, "a consul that serves");
    }

    public void Kill() => _process.Kill();

    /// <summary>Has a killed agent begin anew, with nothing in it.</summary>
    public void Empty() => Directory.Delete(_folder.File("data"), recursive: true);

    /// <summary>Makes a request as an administrator does.</summary>
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
            // A server that asks for tokens tells everybody who leads, but not who is in the catalog.
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
