using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Etcd.Calls;

/// <summary>What an attempt of a call is signed in with.</summary>
/// <param name="SignIn">Where it comes from; null for a store without a credential.</param>
/// <param name="Fields">The header fields; null if the server asked for none when it was signed in to.</param>
internal readonly record struct CallToken(SignIn? SignIn, HeaderField[]? Fields)
{
    /// <summary>Has the next call sign in again, unless another has done so since; false if there is no credential to sign in with.</summary>
    public bool Forget()
    {
        SignIn?.Forget(Fields);
        return SignIn is not null;
    }
}
