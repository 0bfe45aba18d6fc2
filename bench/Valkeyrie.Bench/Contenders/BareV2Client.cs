using System.Text.Json;

namespace Valkeyrie.Bench.Contenders;

/// <summary>The floor of etcd's APIv2: a plain <see cref="HttpClient"/> that sends ready-made forms.</summary>
internal sealed class BareV2Client(string endpoint) : IDisposable
{
    private const int ReadBufferSize = 1024;

    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = new Uri($"http://{endpoint}/v2/keys/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async ValueTask PutAsync(string key, byte[] form)
    {
        using var content = new ByteArrayContent(form);
        content.Headers.ContentType = new("application/x-www-form-urlencoded");
        using var request = new HttpRequestMessage(HttpMethod.Put, key + "?noValueOnSuccess=true") { Content = content };
        await ReadAsync(request);
    }

    public async ValueTask GetAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, key + "?quorum=true");
        await ReadAsync(request);
    }

    /// <summary>Lists a directory in one reply, parsed by the platform's serializer.</summary>
    public async ValueTask<int> ListAsync(string directory)
    {
        var bytes = await _http.GetByteArrayAsync($"{directory}/?recursive=true&sorted=true&quorum=true");
        return JsonSerializer.Deserialize<Reply>(bytes, Names)!.Node.Nodes!.Count;
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask ReadAsync(HttpRequestMessage request)
    {
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[ReadBufferSize];
        while (await stream.ReadAsync(buffer) > 0)
        {
        }
    }

    private sealed record Reply(string Action, Node Node);

    private sealed record Node(string Key, string Value, long ModifiedIndex, long CreatedIndex, List<Node>? Nodes);
}
