using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>Creates the call <c>&amp; BLOCK ARGUMENT</c> as a script block.</summary>
/// <remarks>Both are constants in it. In ConstrainedLanguage, such a call could not read the value of a variable.</remarks>
internal static class BlockCall
{
    private static readonly IScriptExtent Nowhere = Parser.ParseInput("", out _, out _).Extent;

    /// <summary>Creates the call.</summary>
    /// <param name="block">The block to call. It keeps its session and its language mode.</param>
    /// <param name="argument">Its argument.</param>
    public static ScriptBlock Of(ScriptBlock block, object argument)
    {
        CommandElementAst[] words = [new ConstantExpressionAst(Nowhere, block), new ConstantExpressionAst(Nowhere, argument)];
        var call = new PipelineAst(Nowhere, new CommandAst(Nowhere, words, TokenKind.Ampersand, redirections: null));
        return new ScriptBlockAst(Nowhere, paramBlock: null, new StatementBlockAst(Nowhere, [call], traps: null), isFilter: false).GetScriptBlock();
    }
}
