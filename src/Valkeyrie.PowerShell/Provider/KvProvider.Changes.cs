using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Errors;
using Valkeyrie.PowerShell.Pipeline;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>Creates, removes, copies and moves items.</summary>
public sealed partial class KvProvider
{
    private static readonly string[] DirectoryTypes = ["Directory", "Container"];
    private static readonly string[] ValueTypes = ["Value", "Key", "File"];

    /// <inheritdoc/>
    protected override void SetItem(string path, object value) => Report(path, location =>
    {
        RequireValuePlace(location);
        var bytes = ValueBytes.From(value, ToJson, location.Key);
        if (ShouldProcess(location.Path, "Set value"))
        {
            Write(location, new KvEntry(location.Key, _wait.For(location.Store.PutAsync(location.Key, bytes, null, _stopping.Token)), IsDirectory: false));
        }
    });

    /// <inheritdoc/>
    protected override object SetItemDynamicParameters(string path, object value) => new ItemParameters();

    /// <summary>Clears a value, like Clear-Content.</summary>
    /// <param name="path">The path.</param>
    protected override void ClearItem(string path) => ClearContent(path);

    /// <inheritdoc/>
    protected override object ClearItemDynamicParameters(string path) => new ItemParameters();

    /// <inheritdoc/>
    protected override object NewItemDynamicParameters(string path, string itemTypeName, object newItemValue) => new NewItemParameters();

    /// <inheritdoc/>
    protected override void NewItem(string path, string itemTypeName, object? newItemValue) => Report(path, location =>
    {
        RequireValuePlace(location);
        var directory = IsDirectoryType(itemTypeName);
        var value = newItemValue is null ? default : ValueBytes.From(newItemValue, ToJson, location.Key);
        if (directory && newItemValue is not null)
        {
            throw new KvInvalidArgumentException("A directory has no value. Specify -ItemType Directory or -Value, not both.") { Key = location.Key };
        }

        // The store would write an empty value instead, which was not requested.
        if (directory && !location.Store.Info.Promises.RealDirectories)
        {
            WriteError(ErrorRecords.NoEmptyDirectories(new KvNotSupportedException("directories apart from their keys", location.Store.Info), location.Key));
            return;
        }

        if (!ShouldProcess(location.Path, directory ? "Create directory" : "Create value"))
        {
            return;
        }

        var options = new KvPutOptions { Ttl = (DynamicParameters as NewItemParameters)?.Ttl, Directory = directory };
        var pair = _wait.For(Force || directory
            ? location.Store.PutAsync(location.Key, value, options, _stopping.Token)
            : location.Store.AtomicPutAsync(location.Key, value, 0, options, _stopping.Token));
        Write(location, new KvEntry(location.Key, directory ? null : pair, directory));
    });

    /// <inheritdoc/>
    protected override void RemoveItem(string path, bool recurse) => Report(path, location =>
    {
        if (location.IsRoot)
        {
            throw new KvInvalidArgumentException(
                $"The root of a drive cannot be removed. Use {location.Path}* for everything in it, or Remove-KvTree for a directory or all keys.") { Key = location.Path };
        }

        var directory = IsRemovedAsDirectory(location, recurse);
        if (!ShouldProcess(location.Path, directory ? "Remove directory" : "Remove value"))
        {
            return;
        }

        if (directory)
        {
            // The store removes the keys in one step, and reports nothing before its end.
            using var progress = Show("Removing", location.Path);
            _wait.For(location.Store.DeleteTreeAsync(location.Range, _stopping.Token));
        }
        else
        {
            _wait.For(location.Store.DeleteAsync(location.Key, _stopping.Token));
        }
    });

    /// <inheritdoc/>
    protected override object RemoveItemDynamicParameters(string path, bool recurse) => new ItemParameters();

    /// <inheritdoc/>
    protected override void CopyItem(string path, string copyPath, bool recurse) => Report(path, from =>
    {
        var entry = RequireEntryAt(from, keyOnly: false);
        var to = TargetOf(from, copyPath);
        var directory = entry.IsDirectory && recurse;
        if (!directory && entry.Pair is null)
        {
            throw new KvInvalidArgumentException($"'{from.Key}' is a directory. Use -Recurse to copy its contents.") { Key = from.Key };
        }

        RequireOutside(from, to, directory);
        if (!ShouldProcess($"{from.Path} -> {to.Path}", "Copy"))
        {
            return;
        }

        var pair = entry.Pair is null ? null : _wait.For(to.Store.PutAsync(to.Key, entry.Pair.GetBytes(), null, _stopping.Token));
        if (directory)
        {
            using var progress = Show("Copying", $"{from.Path} -> {to.Path}");
            new TreeCopy(from, to, _wait, _stopping.Token).CopyDirectory(progress);
        }

        Write(to, new KvEntry(to.Key, pair, directory));
    });

    /// <inheritdoc/>
    protected override object CopyItemDynamicParameters(string path, string destination, bool recurse)
    {
        CheckCopy(destination);
        return new ItemParameters();
    }

    /// <inheritdoc/>
    protected override void MoveItem(string path, string destination) => Report(path, from => Move(from, TargetOf(from, destination)));

    /// <inheritdoc/>
    protected override object MoveItemDynamicParameters(string path, string destination) => new ItemParameters();

    /// <inheritdoc/>
    protected override void RenameItem(string path, string newName) => Report(path, from =>
    {
        RequireValuePlace(from);
        if (newName.AsSpan().ContainsAny('/', '\\'))
        {
            throw new KvInvalidArgumentException($"'{newName}' is a path. Specify a name only, or use Move-Item.") { Key = from.Key };
        }

        Move(from, Locate(DrivePath.Join(DrivePath.ParentOf(from.Path), newName)));
    });

    /// <inheritdoc/>
    protected override object RenameItemDynamicParameters(string path, string newName) => new ItemParameters();

    /// <summary>Not supported: a value cannot be executed.</summary>
    /// <param name="path">The path.</param>
    protected override void InvokeDefaultAction(string path) => Report(path, location => throw new KvNotSupportedException("Invoke-Item", location.Store.Info));

    /// <inheritdoc/>
    protected override object InvokeDefaultActionDynamicParameters(string path) => new ItemParameters();

    // The provider of the destination drive is not called for a file that is copied to it, except for the full path. That call has the parameters of the file
    // system's Copy-Item, which reveal its purpose.
    private void CheckCopyFromFiles()
    {
        if (DynamicParameters?.GetType().FullName == "Microsoft.PowerShell.Commands.CopyItemDynamicParameters")
        {
            throw new KvInvalidArgumentException("Copy-Item cannot copy from the file system into a store. To store a file, use Set-KvValue KEY -InFile FILE; to store the keys of a file, use Import-KvTree FILE DIRECTORY.");
        }
    }

    // PowerShell copies only within one provider, and its error only states that the other provider is different. This is the only call to this provider before
    // that.
    private void CheckCopy(string? destination)
    {
        if (string.IsNullOrEmpty(destination))
        {
            return;
        }

        try
        {
            SessionState.Path.GetUnresolvedProviderPathFromPSPath(destination, out var provider, out _);
            if (provider.Name == ProviderInfo.Name)
            {
                return;
            }
        }
        catch (Exception e) when (e is System.Management.Automation.RuntimeException or NotSupportedException)
        {
            return;
        }

        throw new KvInvalidArgumentException(
            $"Copy-Item copies within stores, but '{destination}' is not in a store. To write a value to a file, use Get-KvValue KEY -OutFile FILE; for a directory, use Export-KvTree DIRECTORY FILE.");
    }

    private bool IsRemovedAsDirectory(KvLocation location, bool recurse)
    {
        KvEntry entry;
        try
        {
            entry = RequireEntryAt(location);
        }
        catch (KvPermissionDeniedException)
        {
            // A user who can write but not read confirms the removal with -Recurse.
            return recurse;
        }

        var directory = entry.IsDirectory && (recurse || !HasChildItems(location));
        return directory || entry.Pair is not null
            ? directory
            : throw new KvInvalidArgumentException($"The directory '{location.Key}' is not empty. Use -Recurse to remove its contents.") { Key = location.Key };
    }

    private void Move(KvLocation from, KvLocation to)
    {
        RequireValuePlace(from);
        RequireValuePlace(to);
        var entry = RequireEntryAt(from, keyOnly: false);
        RequireOutside(from, to, entry.IsDirectory);
        if (!Force && EntryAt(to) is { } existing)
        {
            throw existing.Pair is { } pair
                ? new KvKeyExistsException(to.Key, pair.Revision, to.Store.Info.Address)
                : new KvInvalidArgumentException($"'{to.Key}' is an existing directory. Specify another name, or use -Force to move into it.") { Key = to.Key };
        }

        if (!ShouldProcess($"{from.Path} -> {to.Path}", "Move"))
        {
            return;
        }

        using (var progress = Show("Moving", $"{from.Path} -> {to.Path}"))
        {
            new TreeMove(from, to, Force, _wait, _stopping.Token).Move(entry.Pair, entry.IsDirectory, progress);
        }

        if (VisibleEntryAt(to, keyOnly: false) is { } moved)
        {
            Write(to, moved);
        }
    }

    private WorkProgress Show(string activity, string what) =>
        new(activity, keys => new(what, keys == 0 ? "" : ProgressLine.Keys(keys)), WriteProgress, _wait, _stopping.Token);

    /// <summary>Gets the target of a copy or move: inside an existing directory, or one that a trailing slash marks; otherwise the path itself. The root of a
    /// drive has no name, so its content is copied or moved.</summary>
    private KvLocation TargetOf(KvLocation from, string destination)
    {
        var to = Locate(destination);
        return !from.IsRoot && (DrivePath.IsDirectory(destination) || VisibleEntryAt(to) is { IsDirectory: true }) ? to.Child(from.Name) : to;
    }

    private static void RequireOutside(KvLocation from, KvLocation to, bool directory)
    {
        if (IsSameStore(from, to) && (from.Key == to.Key || (directory && to.Start.StartsWith(from.Start, StringComparison.Ordinal))))
        {
            throw new KvInvalidArgumentException($"'{to.Path}' is '{from.Path}' or is inside it.") { Key = from.Key };
        }
    }

    private static bool IsDirectoryType(string? type)
    {
        if (string.IsNullOrEmpty(type) || ValueTypes.Contains(type, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        return DirectoryTypes.Contains(type, StringComparer.OrdinalIgnoreCase)
            ? true
            : throw new KvInvalidArgumentException($"'{type}' is not an item type of this drive. Specify Value or Directory; the default is Value.");
    }
}
