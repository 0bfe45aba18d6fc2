using System.Text.Json;

namespace Valkeyrie.Bench.Contenders;

/// <summary>The floor of Consul's API: a plain <see cref="HttpClient"/> that sends ready-made bodies.</summary>
internal sealed class BareConsulClient(string endpoint) : IDisposable
{
    private const int ReadBufferSize = 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = new Uri($"http://{endpoint}/v1/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The body of a transaction of one put: the shortest request that is answered with the revision.</summary>
    public static byte[] PutBody(string key, byte[] value) =>
        JsonSerializer.SerializeToUtf8Bytes(new[] { new { KV = new { Verb = "set", Key = key, Value = Convert.ToBase64String(value) } } });

    public ValueTask CommitAsync(byte[] body) => SendAsync(HttpMethod.Put, "txn", body);

    /// <summary>A put that is answered with true alone.</summary>
    public ValueTask PutAsync(string key, byte[] value) => SendAsync(HttpMethod.Put, "kv/" + key, value);

    public ValueTask GetAsync(string key) => SendAsync(HttpMethod.Get, $"kv/{key}?consistent", null);

    /// <summary>A directory's keys, read whole and parsed by the platform's serializer.</summary>
    public async ValueTask<int> ListAsync(string directory) =>
        JsonSerializer.Deserialize<Entry[]>(await _http.GetByteArrayAsync($"kv/{directory}/?recurse&consistent"))!.Length;

    public void Dispose() => _http.Dispose();

    private async ValueTask SendAsync(HttpMethod method, string target, byte[]? body)
    {
        using var request = new HttpRequestMessage(method, target) { Content = body is null ? null : new ByteArrayContent(body) };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[ReadBufferSize];
        while (await stream.ReadAsync(buffer) > 0)
        {
        }
    }

    private sealed record Entry(string Key, byte[] Value, long CreateIndex, long ModifyIndex, string? Session, ulong Flags, ulong LockIndex);
}
