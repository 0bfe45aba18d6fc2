namespace Valkeyrie.Tests.Rigs;

/// <summary>Waits until an etcd reports that it is healthy.</summary>
internal static class EtcdHealth
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(5) };

    public static async Task WaitUntilReadyAsync(EtcdProcess process, int port)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await IsHealthyAsync(port))
        {
            if (process.HasExited || patience.IsCancellationRequested)
            {
                throw new InvalidOperationException($"etcd did not become ready. Its last words:\n{process.LastLines}");
            }

            await Task.Delay(Pause);
        }
    }

    private static async Task<bool> IsHealthyAsync(int port)
    {
        try
        {
            using var answer = await Client.GetAsync(new Uri($"http://127.0.0.1:{port}/health"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
