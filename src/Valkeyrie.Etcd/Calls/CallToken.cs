using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Calls;

/// <summary>The token of an attempt.</summary>
/// <param name="SignIn">The source of the token; null for a store without a credential.</param>
/// <param name="Fields">The header fields; null if the server required no token.</param>
internal readonly record struct CallToken(SignIn? SignIn, HeaderField[]? Fields)
{
    /// <summary>Makes the next call sign in again, unless another call has done so since; false if the store has no credential.</summary>
    public bool Forget()
    {
        SignIn?.Forget(Fields);
        return SignIn is not null;
    }
}
