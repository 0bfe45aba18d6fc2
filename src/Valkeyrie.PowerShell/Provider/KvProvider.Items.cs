using System.Management.Automation;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>What lies at a path, and what lies below it.</summary>
public sealed partial class KvProvider
{
    // What the views and additional properties of a pair on a drive go by; it is a pair all the same.
    private const string PairTypeName = "Valkeyrie.KvPair#Drive";

    /// <summary>Tells whether something lies at a path.</summary>
    /// <remarks>PowerShell takes whatever is thrown here for a no, and then says that nothing is there. Of a store that cannot be asked that is not known: the answer
    /// is a yes, and whatever is done next tells the failure. After Test-Path nothing comes next, so it is told at once.</remarks>
    /// <param name="path">The path.</param>
    protected override bool ItemExists(string path)
    {
        if (IsCompleting)
        {
            return true;
        }

        KvLocation? location = null;
        try
        {
            location = Locate(path);
            return EntryAt(location) is not null;
        }
        catch (KvException e) when (DynamicParameters is TestPathParameters)
        {
            WriteError(ErrorRecords.From(e, path));
            return false;
        }
        catch (KvException e)
        {
            _untold = location is null ? _untold : (location.Store, e);
            return true;
        }
    }

    /// <inheritdoc/>
    protected override object ItemExistsDynamicParameters(string path) => new TestPathParameters();

    /// <inheritdoc/>
    protected override bool IsItemContainer(string path) => IsCompleting || OrThrow(path, () => EntryAt(Locate(path)) is { IsDirectory: true });

    /// <inheritdoc/>
    protected override bool HasChildItems(string path) => OrThrow(path, () => HasChildItems(Locate(path)));

    /// <inheritdoc/>
    protected override void GetItem(string path) => Report(path, location => Write(location, RequireEntryAt(location, keyOnly: false)));

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    /// <inheritdoc/>
    protected override void GetChildItems(string path, bool recurse, uint depth)
    {
        if (_completion.Value is { } completion)
        {
            CompleteItems(path, completion);
            return;
        }

        Report(path, location =>
        {
            var parameters = DynamicParameters as ChildItemParameters ?? new ChildItemParameters();
            var options = recurse
                ? new KvEntryOptions { Depth = (int)Math.Min(depth, int.MaxValue), KeysOnly = parameters.KeysOnly }
                : new KvEntryOptions { NamePrefix = FilterPrefix, KeysOnly = parameters.KeysOnly };
            foreach (var entry in List(location, options))
            {
                if (parameters.Wants(entry) && PassesFilter(entry))
                {
                    Write(location.Below(entry.Path), entry);
                }
            }
        });
    }

    /// <inheritdoc/>
    protected override object GetChildItemsDynamicParameters(string path, bool recurse) => new ChildItemParameters();

    /// <inheritdoc/>
    protected override void GetChildNames(string path, ReturnContainers returnContainers)
    {
        if (IsCompleting)
        {
            CompleteNames(path);
            return;
        }

        Report(path, location =>
        {
            var parameters = DynamicParameters as ChildItemParameters ?? new ChildItemParameters();
            var allContainers = returnContainers == ReturnContainers.ReturnAllContainers;
            foreach (var entry in List(location, new KvEntryOptions { NamePrefix = allContainers ? "" : FilterPrefix, KeysOnly = true }))
            {
                if ((entry.IsDirectory && allContainers) || (parameters.Wants(entry) && PassesFilter(entry)))
                {
                    WriteName(location, entry);
                }
            }
        });
    }

    /// <inheritdoc/>
    protected override object GetChildNamesDynamicParameters(string path) => new ChildItemParameters();

    // Test-Path takes nothing in addition, and is known by it.
    private sealed class TestPathParameters;

    // What the names that pass the filter begin with, so that the store need not read all the others.
    private string FilterPrefix => PathName.PartBeginning(PathName.LiteralBeginning(Filter ?? ""));

    private bool HasChildItems(KvLocation location) => List(location, new KvEntryOptions { KeysOnly = true }).Any();

    private IEnumerable<KvEntry> List(KvLocation location, KvEntryOptions options) =>
        _wait.Enumerate(location.Directories.ListEntriesAsync(location.Range, options, _stopping.Token));

    private bool PassesFilter(KvEntry entry) =>
        string.IsNullOrEmpty(Filter) || WildcardPattern.Get(Filter, WildcardOptions.IgnoreCase).IsMatch(PathName.Of(entry.Name));

    private void WriteName(KvLocation directory, KvEntry entry) =>
        WriteItemObject(PathName.Of(entry.Name), directory.Below(entry.Path).Path, entry.IsDirectory);

    private void Write(KvLocation location, KvEntry entry)
    {
        if (entry.Pair is not { } pair)
        {
            WriteItemObject(new KvDirectory(location.Key), location.Path, isContainer: true);
            return;
        }

        var item = new PSObject(pair);
        item.TypeNames.Insert(0, PairTypeName);
        WriteItemObject(item, location.Path, entry.IsDirectory);
    }
}
