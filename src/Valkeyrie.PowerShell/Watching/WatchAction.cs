using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Watching;

/// <summary>The block that the job of a subscription runs for each event: the user's action, none of whose errors ends the job.</summary>
/// <remarks>PowerShell fails a job whose block throws, and runs it for no further event. The action is put into a <c>try</c>, which leaves its errors in the job, and is
/// not run for what still waits when the watch has ended. It is dot-sourced, so that variables that it sets are there at the next event. As a syntax tree
/// it keeps its file and lines, for errors and breakpoints.</remarks>
internal static class WatchAction
{
    // PowerShell adds a caught error to the $Error of the job. The failure of the watch is then thrown again, which fails the job, unless a preference suppresses
    // it. The loop is there for break and continue outside of one, which end the job as well. Of an action that Ctrl+C interrupts the end is not reported:
    // PowerShell runs it again.
    private const string Frame = "if ($Sender.HasEnded) { return } "
        + "if ($EventArgs.Error) { $ErrorActionPreference = 'Stop'; try { throw } catch { throw } } "
        + "do { try { . { } @args } catch { } } while ($false) $HasRun.Invoke()";

    /// <summary>The block for an action.</summary>
    /// <param name="action">The user's block.</param>
    /// <param name="hasRun">Called when the action has run.</param>
    /// <param name="failure">Gets the error of a watch that has failed.</param>
    public static ScriptBlock Of(ScriptBlock action, Action hasRun, Func<ErrorRecord> failure)
    {
        var frame = Parser.ParseInput(Frame, out _, out _).EndBlock.Statements;
        var loop = (DoWhileStatementAst)frame[2];
        var attempt = (TryStatementAst)loop.Body.Statements[0];
        var call = (CommandAst)((PipelineAst)attempt.Body.Statements[0]).PipelineElements[0];
        var block = new ScriptBlockExpressionAst(call.Extent, BlockOf(action.Ast));
        var filledCall = new CommandAst(call.Extent, [block, (CommandElementAst)call.CommandElements[1].Copy()], call.InvocationOperator, redirections: null);
        var filledAttempt = new TryStatementAst(
            attempt.Extent, Block(attempt.Body.Extent, new PipelineAst(call.Extent, filledCall)), [(CatchClauseAst)attempt.CatchClauses[0].Copy()], @finally: null);
        var filledLoop = new DoWhileStatementAst(loop.Extent, label: null, (PipelineBaseAst)loop.Condition.Copy(), Block(loop.Body.Extent, filledAttempt));

        // Get-Job shows the text that the extent covers.
        var shown = Parser.ParseInput(action.ToString(), out _, out _).Extent;
        var statements = Block(shown, (StatementAst)frame[0].Copy(), Failing((IfStatementAst)frame[1], failure), filledLoop, Call(frame[3].Extent, hasRun));
        var usings = (action.Ast as ScriptBlockAst)?.UsingStatements.Select(CopyOf).ToList();
        return new ScriptBlockAst(shown, usings, paramBlock: null, statements, isFilter: false).GetScriptBlock();
    }

    private static IfStatementAst Failing(IfStatementAst frame, Func<ErrorRecord> failure)
    {
        var (condition, body) = frame.Clauses[0];
        var attempt = (TryStatementAst)body.Statements[1];
        var failing = new ThrowStatementAst(attempt.Body.Statements[0].Extent, Call(attempt.Body.Statements[0].Extent, failure));
        var filled = new TryStatementAst(attempt.Extent, Block(attempt.Body.Extent, failing), [(CatchClauseAst)attempt.CatchClauses[0].Copy()], @finally: null);
        var filledBody = Block(body.Extent, (StatementAst)body.Statements[0].Copy(), filled);
        return new IfStatementAst(frame.Extent, [Tuple.Create((PipelineBaseAst)condition.Copy(), filledBody)], elseClause: null);
    }

    // As a constant, not as a variable, which an action could set.
    private static PipelineAst Call(IScriptExtent extent, Delegate function)
    {
        var invoke = new StringConstantExpressionAst(extent, nameof(Action.Invoke), StringConstantType.BareWord);
        var call = new InvokeMemberExpressionAst(extent, new ConstantExpressionAst(extent, function), invoke, arguments: null, @static: false);
        return new PipelineAst(extent, new CommandExpressionAst(extent, call, redirections: null));
    }

    private static StatementBlockAst Block(IScriptExtent extent, params StatementAst[] statements) => new(extent, statements, traps: null);

    // A function, such as ${function:Restart}, has its parameters next to its body. Statements with using are for the beginning of a whole block.
    private static ScriptBlockAst BlockOf(Ast ast) => ast switch
    {
        FunctionDefinitionAst { Parameters: { Count: > 0 } parameters, Body: var body } =>
            With(body, new ParamBlockAst(body.Extent, attributes: null, parameters.Select(parameter => (ParameterAst)parameter.Copy()))),
        FunctionDefinitionAst function => (ScriptBlockAst)function.Body.Copy(),
        ScriptBlockAst { UsingStatements.Count: > 0 } block => With(block, (ParamBlockAst?)block.ParamBlock?.Copy()),
        _ => (ScriptBlockAst)ast.Copy(),
    };

    // UsingStatementAst.Copy fails: it does not copy the name.
    private static UsingStatementAst CopyOf(UsingStatementAst statement) => statement switch
    {
        { ModuleSpecification: { } module } => new(statement.Extent, (HashtableAst)module.Copy()),
        { Alias: { } alias } => new(statement.Extent, statement.UsingStatementKind, (StringConstantExpressionAst)alias.Copy(), (StringConstantExpressionAst)statement.Name.Copy()),
        _ => new(statement.Extent, statement.UsingStatementKind, (StringConstantExpressionAst)statement.Name.Copy()),
    };

    private static ScriptBlockAst With(ScriptBlockAst body, ParamBlockAst? parameters) => new(
        body.Extent,
        parameters,
        (NamedBlockAst?)body.BeginBlock?.Copy(),
        (NamedBlockAst?)body.ProcessBlock?.Copy(),
        (NamedBlockAst?)body.EndBlock?.Copy(),
        (NamedBlockAst?)body.DynamicParamBlock?.Copy());
}
