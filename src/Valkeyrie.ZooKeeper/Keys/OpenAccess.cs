using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Checks whether created nodes are open to everyone on servers that require a sign-in, which is probably not intended.</summary>
/// <param name="settings">The store.</param>
/// <param name="access">The access list of created nodes.</param>
internal sealed class OpenAccess(SessionSettings settings, IReadOnlyList<AccessEntry> access)
{
    private bool? _isQuestionable = settings.Credential is null || access != AccessEntry.Open ? false : null;

    /// <summary>Returns a warning for the person who opened the store; null for none. The servers are asked only once.</summary>
    /// <param name="cancellationToken">Ends the call early.</param>
    public async ValueTask<string?> WarningAsync(CancellationToken cancellationToken)
    {
        _isQuestionable ??= await RequiresSignInAsync(cancellationToken).ConfigureAwait(false);
        return _isQuestionable == true
            ? $"{settings.Address} requires users to sign in, and every user can read and write the keys that this store creates. To restrict the keys to this user, add ?access=creator to the address."
            : null;
    }

    private async ValueTask<bool> RequiresSignInAsync(CancellationToken cancellationToken)
    {
        var nameless = settings with { Credential = null };
        await using var session = new Session(nameless, settings.Timeout);
        try
        {
            await session.CallAsync(new ExistsRequest("/", synced: false), null, cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (SessionException e)
        {
            return e.Kind == FailureKind.SignInRefused;
        }
        catch (KvException e)
        {
            return e.Code == KvErrorCode.AuthenticationFailed;
        }
    }
}
