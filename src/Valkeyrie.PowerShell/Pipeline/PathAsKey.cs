using System.Management.Automation;
using System.Reflection;
using Valkeyrie.PowerShell.Binding;
using Valkeyrie.PowerShell.Completion;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Finds arguments for keys and directories that are paths of a drive of this module. They are valid keys, so a command would write the key
/// <c>kv:/app/x</c> instead of <c>app/x</c>.</summary>
/// <remarks>Only arguments of the command line are checked. A key that really has such a name can be piped to a command, for example to remove it.</remarks>
internal static class PathAsKey
{
    /// <summary>Gets the error message for the first such argument; null if there is none.</summary>
    /// <param name="cmdlet">The cmdlet, before its first input.</param>
    /// <param name="argument">The argument.</param>
    public static string? Refusal(PSCmdlet cmdlet, out string? argument)
    {
        foreach (var (parameter, value) in cmdlet.MyInvocation.BoundParameters)
        {
            argument = value switch
            {
                string text when LooksLikePath(text) => text,
                string[] texts => Array.Find(texts, LooksLikePath),
                _ => null,
            };
            if (argument is not null && IsOfKeys(cmdlet, parameter) && DriveOf(cmdlet, argument) is { } drive)
            {
                return Message(argument, drive);
            }
        }

        argument = null;
        return null;
    }

    private static bool LooksLikePath(string? text) =>
        text?.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && (colon == text.Length - 1 || text[colon + 1] is '/' or '\\');

    // The parameters that complete keys, directories and locks take them.
    private static bool IsOfKeys(PSCmdlet cmdlet, string parameter) => cmdlet.GetType().GetProperty(parameter)?.GetCustomAttribute<ArgumentCompleterAttribute>()?.Type is { } completer
        && (typeof(KeyCompleter).IsAssignableFrom(completer) || completer == typeof(LockCompleter));

    private static KvDriveInfo? DriveOf(PSCmdlet cmdlet, string path)
    {
        var name = path[..path.IndexOf(':', StringComparison.Ordinal)];
        return cmdlet.SessionState.Drive.GetAll().OfType<KvDriveInfo>().FirstOrDefault(drive => string.Equals(drive.Name, name, StringComparison.OrdinalIgnoreCase));
    }

    private static string Message(string path, KvDriveInfo drive)
    {
        var names = path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);
        var key = (drive.Directory + string.Join(KeyRules.Separator, names)).TrimEnd(KeyRules.Separator);
        var instead = key.Length == 0 ? "To use the whole store, omit the directory or specify -All." : $"Specify the key or the directory: {ArgumentText.Of(key)}.";
        return $"'{path}' is a path of the drive {drive.Name}:, not a key. {instead} Get-Content, Set-Content, Get-ChildItem and Remove-Item use paths of a drive. "
            + "A key that has this name can be piped to the command.";
    }
}
