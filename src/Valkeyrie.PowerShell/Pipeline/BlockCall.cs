using System.Management.Automation;
using System.Management.Automation.Language;

namespace Valkeyrie.PowerShell.Pipeline;

/// <summary>The call <c>&amp; BLOCK ARGUMENT</c> as a script block of its own.</summary>
/// <remarks>Both stand in it as constants. Of a variable in such a call a session in ConstrainedLanguage would not read the value.</remarks>
internal static class BlockCall
{
    private static readonly IScriptExtent Nowhere = Parser.ParseInput("", out _, out _).Extent;

    /// <summary>The call.</summary>
    /// <param name="block">What is called. It keeps its session and its language mode.</param>
    /// <param name="argument">Its argument.</param>
    public static ScriptBlock Of(ScriptBlock block, object argument)
    {
        CommandElementAst[] words = [new ConstantExpressionAst(Nowhere, block), new ConstantExpressionAst(Nowhere, argument)];
        var call = new PipelineAst(Nowhere, new CommandAst(Nowhere, words, TokenKind.Ampersand, redirections: null));
        return new ScriptBlockAst(Nowhere, paramBlock: null, new StatementBlockAst(Nowhere, [call], traps: null), isFilter: false).GetScriptBlock();
    }
}
