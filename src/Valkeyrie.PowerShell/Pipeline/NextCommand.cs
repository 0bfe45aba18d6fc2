using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Finds the next command of the pipeline.</summary>
internal static class NextCommand
{
    /// <summary>Gets the class of the next cmdlet in the pipeline; null if there is none, or if it is unknown.</summary>
    /// <param name="cmdlet">The command.</param>
    public static Type? ClassBehind(PSCmdlet cmdlet)
    {
        var call = cmdlet.MyInvocation;
        if (call.PipelinePosition >= call.PipelineLength || NameBehind(call) is not { } name)
        {
            return null;
        }

        var command = cmdlet.InvokeCommand.GetCommand(name, CommandTypes.Alias | CommandTypes.Cmdlet);
        return (((command as AliasInfo)?.ResolvedCommand ?? command) as CmdletInfo)?.ImplementingType;
    }

    // PowerShell tells a command only its position in the pipeline. The caller's frame contains the pipeline.
    private static string? NameBehind(InvocationInfo call)
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
