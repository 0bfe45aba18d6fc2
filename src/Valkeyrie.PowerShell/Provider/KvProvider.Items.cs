using System.Management.Automation;
using Valkeyrie.PowerShell.Errors;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>What lies at a path, and what lies below it.</summary>
public sealed partial class KvProvider
{
    // What the views and additional properties of a pair on a drive go by; it is a pair all the same.
    private const string PairTypeName = "Valkeyrie.KvPair#Drive";

    /// <summary>Tells whether something lies at a path.</summary>
    /// <remarks>PowerShell takes whatever is thrown here for a no, and then says that nothing is there. Of a store that cannot be asked that is not known. A command that
    /// goes on to do something with the item gets a yes, and reports the failure then. Others are reported at once, by an error that heeds -ErrorAction, and get a no, so that
    /// Set-Location stays where it is. A path with a slash at its end means a directory, as in files: a value alone is not there by it.</remarks>
    /// <param name="path">The path.</param>
    protected override bool ItemExists(string path)
    {
        if (IsCompleting)
        {
            return true;
        }

        if (DynamicParameters is null && ModuleSearch.IsAsking())
        {
            return false;
        }

        IKvStore? store = null;
        try
        {
            var location = Locate(path);
            store = location.Store;
            return EntryAt(location) is { } entry && (entry.IsDirectory || !DrivePath.IsDirectory(path));
        }
        catch (KvException e) when (TellsLater(store, e))
        {
            return true;
        }
        catch (KvException e)
        {
            WriteError(ErrorRecords.From(e, path));
            return false;
        }
    }

    /// <summary>Tells whether a path leads to a directory.</summary>
    /// <remarks>It is asked in passing, and takes no error. Of a store that cannot be asked the answer is a yes: PowerShell then asks for what is in it, which tells.</remarks>
    /// <param name="path">The path.</param>
    protected override bool IsItemContainer(string path)
    {
        if (IsCompleting || _pendingFailure is not null)
        {
            return true;
        }

        IKvStore? store = null;
        try
        {
            var location = Locate(path);
            store = location.Store;
            return EntryAt(location) is { IsDirectory: true };
        }
        catch (KvPermissionDeniedException) when (DynamicParameters is ItemParameters and not ChildItemParameters)
        {
            // What may be written and not read is taken for a value, since the question for what is in it would be refused.
            return false;
        }
        catch (KvException e)
        {
            TellsLater(store, e);
            return true;
        }
    }

    /// <summary>Tells whether something lies in a directory.</summary>
    /// <remarks>A no ends the expansion of a wildcard, so a failure is reported here, and not once more by what is done next with the item. The wildcard has become
    /// the filter by then (<see cref="ConvertPath"/>): only the names that it may match count. Without a filter the question is Remove-Item's, about
    /// something that the user may have no right to look into and need not look into to remove it.</remarks>
    /// <param name="path">The path.</param>
    protected override bool HasChildItems(string path)
    {
        try
        {
            return List(Locate(path), new KvEntryOptions { NamePrefix = FilterPrefix, KeysOnly = true }).Any();
        }
        catch (KvPermissionDeniedException) when (string.IsNullOrEmpty(Filter))
        {
            return false;
        }
        catch (KvException e)
        {
            (DynamicParameters as ItemParameters)?.Tell(path);
            WriteError(ErrorRecords.From(e, path));
            return false;
        }
    }

    /// <inheritdoc/>
    protected override object GetItemDynamicParameters(string path) => new ItemParameters();

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
