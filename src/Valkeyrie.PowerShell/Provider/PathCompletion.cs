using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace Valkeyrie.PowerShell.Provider;

/// <summary>A path on a drive that PowerShell is completing just now.</summary>
/// <remarks>PowerShell completes a provider's paths by listing a directory, all of it, and choosing what fits the word that has been typed. It tells the provider
/// neither the word nor that this is a completion, but the call stack does: completion is the work of the function TabExpansion2, whose arguments are the line
/// and the cursor's place. What a script calls meanwhile, such as somebody's own completer, is called from that script's frame and is not a completion.</remarks>
/// <param name="Beginning">What all names that fit begin with, as they are written in a path. Case does not count.</param>
/// <param name="DirectoriesOnly">True if only directories fit.</param>
internal sealed record PathCompletion(string Beginning, bool DirectoriesOnly)
{
    /// <summary>The most names that are completed.</summary>
    public const int MostNames = 1000;

    /// <summary>The most names that are returned where PowerShell asks about each of them by itself, as 7.4 does.</summary>
    public const int MostNamesAskedAbout = 200;

    private const string Function = "TabExpansion2";
    private static readonly string[] DirectoryCommands = ["Set-Location", "Push-Location"];
    private static readonly System.Buffers.SearchValues<char> Separators = System.Buffers.SearchValues.Create("/\\:");

    /// <summary>The completion that the calling provider is asked for; null if there is none, or if the typed text is not known.</summary>
    /// <param name="commands">The session's commands.</param>
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

    /// <summary>The line up to the cursor.</summary>
    private static string? LineOf(Dictionary<string, object> arguments)
    {
        if (arguments.GetValueOrDefault("positionOfCursor") is IScriptPosition position)
        {
            return position.GetFullScript()?[..position.Offset];
        }

        var cursor = arguments.GetValueOrDefault("cursorColumn") as int?;
        return arguments.GetValueOrDefault("inputScript") is not string line ? null : cursor is { } column ? line[..Math.Min(column, line.Length)] : line;
    }

    /// <summary>The word that a line ends with; empty after a blank, null if its text depends on variables.</summary>
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
