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

    /// <summary>Creates the body of a transaction with one put: the shortest request whose reply contains the revision.</summary>
    public static byte[] PutBody(string key, byte[] value) =>
        JsonSerializer.SerializeToUtf8Bytes(new[] { new { KV = new { Verb = "set", Key = key, Value = Convert.ToBase64String(value) } } });

    public ValueTask CommitAsync(byte[] body) => SendAsync(HttpMethod.Put, "txn", body);

    /// <summary>Puts a value. The reply is only true.</summary>
    public ValueTask PutAsync(string key, byte[] value) => SendAsync(HttpMethod.Put, "kv/" + key, value);

    public ValueTask GetAsync(string key) => SendAsync(HttpMethod.Get, $"kv/{key}?consistent", null);

    /// <summary>Lists a directory in one reply, parsed by the platform's serializer.</summary>
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
