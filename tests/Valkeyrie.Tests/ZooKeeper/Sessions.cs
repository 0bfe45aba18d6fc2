using Valkeyrie.ZooKeeper.Net;
using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.Tests.ZooKeeper;

/// <summary>Opens sessions for tests.</summary>
internal static class Sessions
{
    public static Session Open(string endpoints, TimeSpan? sessionTimeout = null, TimeSpan? timeout = null, KvCredential? credential = null, KvTlsOptions? tls = null) =>
        new(Settings(endpoints, timeout, credential, tls), sessionTimeout ?? TimeSpan.FromSeconds(10));

    public static SessionSettings Settings(string endpoints, TimeSpan? timeout = null, KvCredential? credential = null, KvTlsOptions? tls = null) =>
        new("zookeeper://" + endpoints, [.. endpoints.Split(',').Select(ToEndpoint)], tls, credential, timeout ?? KvStoreOptions.DefaultTimeout);

    public static ValueTask<Reply<T>> CallAsync<T>(this Session session, Request<T> request) => session.CallAsync(request, request.Path, CancellationToken.None);

    /// <summary>Returns when the token fires.</summary>
    public static async Task WaitAsync(this CancellationToken token)
    {
        var fired = new TaskCompletionSource();
        await using var registration = token.Register(fired.SetResult);
        await fired.Task.WaitAsync(Patience.Limit, CancellationToken.None);
    }

    private static Endpoint ToEndpoint(string text) => new(text[..text.LastIndexOf(':')], int.Parse(text[(text.LastIndexOf(':') + 1)..], null));
}
