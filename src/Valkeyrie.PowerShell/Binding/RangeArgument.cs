using System.Management.Automation;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Reads the -Path, -Prefix and -All of a cmdlet as ranges of keys.</summary>
internal static class RangeArgument
{
    /// <summary>The cmdlets' parameter set of -Path.</summary>
    public const string PathSet = "Path";

    /// <summary>The cmdlets' parameter set of -Prefix.</summary>
    public const string PrefixSet = "Prefix";

    /// <summary>The ranges that were asked for, each made when it is called for, so that a bad one does not stand in the way of the others.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="paths">The paths.</param>
    /// <param name="prefix">The prefix.</param>
    /// <returns>The ranges; null where neither was given.</returns>
    public static IEnumerable<Func<KvRange>>? Choose(PSCmdlet cmdlet, string[]? paths, string prefix)
    {
        if (cmdlet.ParameterSetName == PrefixSet)
        {
            return [() => KvRange.Prefix(prefix)];
        }

        // Not by the path being null: an unset variable given as the path must not mean all keys.
        return cmdlet.MyInvocation.BoundParameters.ContainsKey("Path")
            ? (paths ?? [""]).Select(path => new Func<KvRange>(() => KvRange.Directory(path)))
            : null;
    }
}
