using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Calls;

/// <summary>Signs in and keeps the token until the server refuses it. Calls that come meanwhile wait for the same sign-in.</summary>
/// <param name="authenticate">Asks the server for a token; null if the server asks for none.</param>
internal sealed class SignIn(Func<Task<string?>> authenticate)
{
    private readonly Guarded<Task<HeaderField[]?>?> _signedIn = new(null);

    /// <summary>The header field that signs a call in; null if the server asks for none.</summary>
    public ValueTask<HeaderField[]?> GetTokenAsync(CancellationToken cancellationToken)
    {
        using var held = _signedIn.Lock();
        ref var signedIn = ref held.Value;
        if (signedIn is null or { IsFaulted: true } or { IsCanceled: true })
        {
            // Not bound to the first caller's token: others wait for it too.
            signedIn = AuthenticateAsync();
        }

        return signedIn.IsCompletedSuccessfully ? new(signedIn.Result) : new(signedIn.WaitAsync(cancellationToken));
    }

    /// <summary>Drops a token that the server refused, unless it has been replaced already.</summary>
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
