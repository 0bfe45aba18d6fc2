using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Sessions;

/// <summary>Resolves a -Store argument.</summary>
internal static class StoreArgument
{
    /// <summary>Resolves an argument to a store: a connection, a store, or the name of an open store.</summary>
    public static bool TryResolve(object? argument, [NotNullWhen(true)] out IKvStore? store, [NotNullWhen(false)] out ErrorRecord? error)
    {
        var value = BareWord.Text(argument) ?? BareWord.Unwrapped(argument);
        store = value switch
        {
            IKvStore direct => direct,
            KvConnection connection => connection.Store,
            string name => OpenStores.Find(name)?.Store,
            _ => null,
        };
        error = store is not null ? null : value is string missing
            ? ErrorRecords.StoreNotFound(missing)
            : ErrorRecords.InvalidArgument(
                $"-Store must be the output of Connect-KvStore, the name of an open store, or an IKvStore; it is {(value is null ? "null" : value.GetType().Name)}.", value);
        return store is not null;
    }
}
