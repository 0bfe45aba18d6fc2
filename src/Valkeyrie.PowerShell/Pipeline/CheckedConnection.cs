using Valkeyrie.PowerShell.Sessions;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>A connection to a store that has answered.</summary>
internal static class CheckedConnection
{
    /// <summary>Checks that a store works, and closes it if it does not.</summary>
    /// <param name="store">The newly opened store.</param>
    /// <param name="name">The name of the connection.</param>
    /// <param name="apiVersion">The version of etcd's API; null for another kind of store.</param>
    /// <param name="wait">Waits on the pipeline's thread.</param>
    /// <param name="tell">Writes the answer of the store.</param>
    /// <param name="warn">Writes a warning for the user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static KvConnection Of(
        IKvStore store, string name, int? apiVersion, BlockingWait wait, Action<string> tell, Action<string> warn, CancellationToken cancellationToken)
    {
        try
        {
            var status = wait.For(store.PingAsync(cancellationToken));
            tell($"{status.Endpoint} answered: version {status.Version}, revision {status.Revision}.");
            if (status.Warning is { } warning)
            {
                warn(warning);
            }

            return new KvConnection(name, store, apiVersion, status.Version, OpenStores.IsCurrent);
        }
        catch
        {
            _ = store.DisposeAsync().AsTask();
            throw;
        }
    }
}
