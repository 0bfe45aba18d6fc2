using System.Management.Automation.Provider;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Reads and writes values as content.</summary>
public sealed partial class KvProvider
{
    /// <inheritdoc/>
    public IContentReader? GetContentReader(string path)
    {
        ValueReader? reader = null;
        Report(path, location =>
        {
            RequireValuePlace(location);
            reader = new ValueReader(RequirePairAt(location).GetBytes(), DynamicParameters as ContentReaderParameters ?? new ContentReaderParameters());
        });
        return reader;
    }

    /// <inheritdoc/>
    public object GetContentReaderDynamicParameters(string path) => new ContentReaderParameters();

    /// <inheritdoc/>
    public IContentWriter? GetContentWriter(string path)
    {
        ValueWriter? writer = null;
        Report(path, location =>
        {
            RequireValuePlace(location);
            var parameters = DynamicParameters as ContentWriterParameters ?? new ContentWriterParameters();
            writer = new ValueWriter(location.Key, parameters, ToJson, (value, appends) => Store(location, value, appends, parameters), e => WriteError(ErrorRecords.From(e)));
        });
        return writer;
    }

    /// <inheritdoc/>
    public object GetContentWriterDynamicParameters(string path) => new ContentWriterParameters();

    /// <summary>Clears a value. Set-Content also calls this first. The writer then replaces the value in one step, so this does nothing.</summary>
    /// <param name="path">The path.</param>
    public void ClearContent(string path)
    {
        if (DynamicParameters is ContentWriterParameters)
        {
            return;
        }

        Report(path, location =>
        {
            RequireValuePlace(location);
            if (ShouldProcess(location.Path, "Clear value"))
            {
                _wait.For(location.Store.UpdateAsync(location.Key, _ => default, new KvUpdateOptions { MustExist = true }, _stopping.Token));
            }
        });
    }

    /// <inheritdoc/>
    public object ClearContentDynamicParameters(string path) => new ItemParameters();

    private void Store(KvLocation location, ReadOnlyMemory<byte> value, bool appends, ContentWriterParameters parameters)
    {
        // The output of a stopped pipeline is not a complete value.
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        if (!appends)
        {
            _wait.For(location.Store.PutAsync(location.Key, value, PutOptions(parameters.Ttl), _stopping.Token));
            return;
        }

        var separator = parameters.NoNewline || parameters.AsByteStream ? "" : "\n";
        _wait.For(location.Store.UpdateAsync(
            location.Key, before => ValueChange.Append(before?.GetBytes() ?? [], separator, value.Span), new KvUpdateOptions { Ttl = parameters.Ttl }, _stopping.Token));
    }

    private static KvPutOptions? PutOptions(TimeSpan? ttl) => ttl is null ? null : new KvPutOptions { Ttl = ttl };

    private KvPair RequirePairAt(KvLocation location)
    {
        if (_wait.For(location.Store.TryGetAsync(location.Key, cancellationToken: _stopping.Token)) is { } pair)
        {
            return pair;
        }

        var address = location.Store.Info.Address;
        throw VisibleEntryAt(location) is { IsDirectory: true } ? new KvIsDirectoryException(location.Key, address) : new KvKeyNotFoundException(location.Key, address);
    }

    private static void RequireValuePlace(KvLocation location)
    {
        if (location.IsRoot)
        {
            throw new KvIsDirectoryException(location.Path, location.Store.Info.Address);
        }
    }

    private string ToJson(object value) => new JsonConversion(SessionState.InvokeCommand).ToJson(value);
}
