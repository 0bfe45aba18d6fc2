namespace Valkeyrie.PowerShell.Completion;

/// <summary>Completes directories, one part of their path at a time.</summary>
public sealed class DirectoryCompleter : KeyCompleter
{
    /// <inheritdoc/>
    protected override bool DirectoriesOnly => true;
}
