using Valkeyrie.Etcd.Calls;
using Valkeyrie.Etcd.Grpc;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Etcd.Cluster;

/// <summary>Signs in and keeps the token until the server refuses it. Calls that come meanwhile wait for the same sign-in.</summary>
internal sealed class SignIn(GrpcChannel channel, KvCredential credential)
{
    private const string AuthIsOff = "authentication is not enabled";

    private readonly object _gate = new();
    private Task<string?>? _token;

    /// <summary>The token to send; null where the server asks for none.</summary>
    public ValueTask<string?> GetTokenAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_token is null or { IsFaulted: true } or { IsCanceled: true })
            {
                // Not bound to the first caller's token: others wait for it too.
                _token = AuthenticateAsync();
            }

            return _token.IsCompletedSuccessfully ? new(_token.Result) : new(_token.WaitAsync(cancellationToken));
        }
    }

    /// <summary>Drops a token that the server refused, unless it has been replaced already.</summary>
    public void Forget(string? token)
    {
        lock (_gate)
        {
            if (_token is { IsCompletedSuccessfully: true } && _token.Result == token)
            {
                _token = null;
            }
        }
    }

    private async Task<string?> AuthenticateAsync()
    {
        var request = new AuthenticateRequest { Name = credential.UserName, Password = credential.GetPassword() };
        try
        {
            return await channel.CallAsync(
                GrpcMethod.Authenticate,
                Frame.Of(request),
                static (_, reply) => AuthenticateResponse.Parser.ParseFrom(reply.Span).Token,
                0,
                null,
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (KvException e) when (e.Message.Contains(AuthIsOff, StringComparison.Ordinal))
        {
            return null;
        }
    }
}
