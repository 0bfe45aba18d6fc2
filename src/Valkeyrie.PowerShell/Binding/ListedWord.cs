using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Checks unquoted numbers between commas. PowerShell keeps the text of a single bare word, but not of a word in an array: <c>007,0x10</c> arrives as 7 and 16.
/// The text of the command shows the typed words.</summary>
internal static class ListedWord
{
    /// <summary>Refuses an array with a number that was typed in another form than its usual one.</summary>
    /// <param name="list">The bound array.</param>
    /// <exception cref="ArgumentTransformationMetadataException">The array has such a number.</exception>
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
