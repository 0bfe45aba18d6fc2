using Valkeyrie.ZooKeeper.Protocol;
using Valkeyrie.ZooKeeper.Sessions;

namespace Valkeyrie.ZooKeeper.Keys;

/// <summary>Checks whether what the store makes is open to everybody on servers that let nobody in who has not signed in: who has set that up hardly means it.</summary>
/// <param name="settings">The store.</param>
/// <param name="access">Who may do what with the nodes that are made.</param>
internal sealed class OpenAccess(SessionSettings settings, IReadOnlyList<AccessEntry> access)
{
    private bool? _isQuestionable = settings.Credential is null || access != AccessEntry.Open ? false : null;

    /// <summary>A warning for whoever has opened the store; null for none. The servers are asked once.</summary>
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
