using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Select-String as the next command of a pipeline. It searches the text of an object, which is the key of a pair; of files alone it knows to search what is in
/// them. So a pair goes to it as the lines of its value, each with the key for its path, in the form in which it hands on what it has found in files.</summary>
internal sealed class TextSearch
{
    private const string SearchCommand = "Microsoft.PowerShell.Commands.SelectStringCommand";
    private const string LineType = "Microsoft.PowerShell.Commands.MatchInfo";

    private readonly Type _line;

    private TextSearch(Type line) => _line = line;

    /// <summary>The search that a command writes to; null where another command follows it, or none.</summary>
    /// <param name="cmdlet">The command.</param>
    public static TextSearch? Behind(PSCmdlet cmdlet)
    {
        var call = cmdlet.MyInvocation;
        if (call.PipelinePosition >= call.PipelineLength || NextCommand(call) is not { } name)
        {
            return null;
        }

        var command = cmdlet.InvokeCommand.GetCommand(name, CommandTypes.Alias | CommandTypes.Cmdlet);
        var type = ((command as AliasInfo)?.ResolvedCommand ?? command) is CmdletInfo info ? info.ImplementingType : null;
        return type?.FullName == SearchCommand && type.Assembly.GetType(LineType) is { } line ? new TextSearch(line) : null;
    }

    /// <summary>The lines of a pair's value.</summary>
    /// <param name="pair">The pair.</param>
    public IEnumerable<object> LinesOf(KvPair pair)
    {
        using var lines = new StringReader(pair.Value);
        for (var number = 1; lines.ReadLine() is { } line; number++)
        {
            var found = PSObject.AsPSObject(Activator.CreateInstance(_line)!);
            found.Properties["Path"].Value = pair.Key;
            found.Properties["LineNumber"].Value = number;
            found.Properties["Line"].Value = line;
            yield return found.BaseObject;
        }
    }

    // What runs is written in the frame of the caller: a pipeline, of which this command is one part.
    private static string? NextCommand(InvocationInfo call)
    {
        var statement = Runspace.DefaultRunspace?.Debugger?.GetCallStack().FirstOrDefault()?.Position?.Text;
        if (statement is null)
        {
            return null;
        }

        var pipeline = Parser.ParseInput(statement, out _, out _).Find(
            ast => ast is PipelineAst { PipelineElements: var parts } && parts.Count == call.PipelineLength
                && parts[call.PipelinePosition - 1] is CommandAst own && own.GetCommandName() == call.InvocationName,
            searchNestedScriptBlocks: false) as PipelineAst;
        return (pipeline?.PipelineElements[call.PipelinePosition] as CommandAst)?.GetCommandName();
    }
}
