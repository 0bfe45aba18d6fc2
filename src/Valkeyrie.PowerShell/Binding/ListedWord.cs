using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Bare numbers between commas. PowerShell keeps the text of a bare word that stands alone, but not of one in an array: <c>007,0x10</c> comes as 7 and 16.
/// The command's own text tells what was typed.</summary>
internal static class ListedWord
{
    /// <summary>Refuses an array that was typed with a number that is written in another way than it reads.</summary>
    /// <param name="list">What is bound.</param>
    /// <exception cref="ArgumentTransformationMetadataException">It has one.</exception>
    public static void Check(IList list)
    {
        var numbers = list.Cast<object?>().Select(BareWord.Unwrapped).Where(BareWord.IsNumber).ToList();
        if (numbers.Count == 0 || Runspace.DefaultRunspace?.Debugger?.GetCallStack().FirstOrDefault()?.Position?.Text is not { } command)
        {
            return;
        }

        var typed = Parser.ParseInput(command, out _, out _).FindAll(a => a is ArrayLiteralAst, searchNestedScriptBlocks: true).Cast<ArrayLiteralAst>()
            .SelectMany(a => a.Elements).OfType<ConstantExpressionAst>()
            .FirstOrDefault(e => numbers.Contains(e.Value) && BareWord.Text(e.Value) != e.Extent.Text);
        if (typed is not null)
        {
            var message = $"In a list, PowerShell reads {typed.Extent.Text} as the number {BareWord.Text(typed.Value)}. Quote it: '{typed.Extent.Text}'.";
            throw new ArgumentTransformationMetadataException(message, new ArgumentException(message));
        }
    }
}
