using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>The path on a drive that PowerShell is completing.</summary>
/// <remarks>PowerShell completes the paths of a provider by listing a whole directory and selecting the names that match the typed word. It passes the provider
/// neither the word nor the fact that this is a completion, but the call stack shows both: the function TabExpansion2 completes, and its arguments are the line
/// and the position of the cursor. A call from another script during a completion, such as a user's own completer, has the frame of that script and does not
/// count.</remarks>
/// <param name="Beginning">The beginning of all matching names, in the form of a path. Case is ignored.</param>
/// <param name="DirectoriesOnly">True if only directories match.</param>
internal sealed record PathCompletion(string Beginning, bool DirectoriesOnly)
{
    /// <summary>The maximum number of completed names.</summary>
    public const int MostNames = 1000;

    /// <summary>The maximum number of names if PowerShell makes a call for each of them, as 7.4 does.</summary>
    public const int MostNamesAskedAbout = 200;

    private const string Function = "TabExpansion2";
    private static readonly string[] DirectoryCommands = ["Set-Location", "Push-Location"];
    private static readonly System.Buffers.SearchValues<char> Separators = System.Buffers.SearchValues.Create("/\\:");

    /// <summary>Gets the running completion; null if there is none, or if the typed text is unknown.</summary>
    /// <param name="commands">The commands of the session.</param>
    public static PathCompletion? InProgress(CommandInvocationIntrinsics commands)
    {
        var caller = Runspace.DefaultRunspace?.Debugger?.GetCallStack().FirstOrDefault();
        if (caller?.InvocationInfo?.MyCommand?.Name != Function || LineOf(caller.InvocationInfo.BoundParameters) is not { } line)
        {
            return null;
        }

        var syntax = Parser.ParseInput(line, out var tokens, out _);
        return WordAtEnd(tokens, line.Length) is { } word
            ? new(PathName.LiteralBeginning(word[(word.AsSpan().LastIndexOfAny(Separators) + 1)..]), IsForDirectories(syntax, line.Length, commands))
            : null;
    }

    /// <summary>Gets the line up to the cursor.</summary>
    private static string? LineOf(Dictionary<string, object> arguments)
    {
        if (arguments.GetValueOrDefault("positionOfCursor") is IScriptPosition position)
        {
            return position.GetFullScript()?[..position.Offset];
        }

        var cursor = arguments.GetValueOrDefault("cursorColumn") as int?;
        return arguments.GetValueOrDefault("inputScript") is not string line ? null : cursor is { } column ? line[..Math.Min(column, line.Length)] : line;
    }

    /// <summary>Gets the word at the end of a line; empty after a blank, null if its text depends on variables.</summary>
    private static string? WordAtEnd(Token[] tokens, int end) => tokens.LastOrDefault(t => t.Kind != TokenKind.EndOfInput) switch
    {
        null => "",
        var token when token.Extent.EndOffset < end => "",
        StringExpandableToken { NestedTokens.Count: > 0 } or VariableToken => null,
        StringToken text => text.Value,
        var other => other.Text,
    };

    private static bool IsForDirectories(Ast syntax, int end, CommandInvocationIntrinsics commands)
    {
        var name = (syntax.FindAll(a => a is CommandAst && a.Extent.EndOffset >= end, searchNestedScriptBlocks: true).LastOrDefault() as CommandAst)?.GetCommandName();
        return name is not null
            && DirectoryCommands.Contains((commands.GetCommand(name, CommandTypes.Alias) as AliasInfo)?.Definition ?? name, StringComparer.OrdinalIgnoreCase);
    }
}
