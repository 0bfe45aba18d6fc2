using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Calls;

/// <summary>Signs in and keeps the token until the server refuses it. Concurrent calls wait for the same sign-in.</summary>
/// <param name="authenticate">Requests a token from the server; null if the server requires none.</param>
internal sealed class SignIn(Func<Task<string?>> authenticate)
{
    private readonly Guarded<Task<HeaderField[]?>?> _signedIn = new(null);

    /// <summary>Returns the header field with the token; null if the server requires none.</summary>
    public ValueTask<HeaderField[]?> GetTokenAsync(CancellationToken cancellationToken)
    {
        using var held = _signedIn.Lock();
        ref var signedIn = ref held.Value;
        if (signedIn is null or { IsFaulted: true } or { IsCanceled: true })
        {
            // Not cancelled by the first caller's token, because other callers wait for it too.
            signedIn = AuthenticateAsync();
        }

        return signedIn.IsCompletedSuccessfully ? new(signedIn.Result) : new(signedIn.WaitAsync(cancellationToken));
    }

    /// <summary>Discards a refused token, unless it has already been replaced.</summary>
    public void Forget(HeaderField[]? token)
    {
        using var held = _signedIn.Lock();
        if (held.Value is { IsCompletedSuccessfully: true } signedIn && signedIn.Result == token)
        {
            held.Value = null;
        }
    }

    private async Task<HeaderField[]?> AuthenticateAsync() =>
        await authenticate().ConfigureAwait(false) is { } token ? [new HeaderField("authorization", token, HeaderIndexing.Never)] : null;
}
