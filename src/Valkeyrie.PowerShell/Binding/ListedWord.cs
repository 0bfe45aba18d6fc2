using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace Valkeyrie.PowerShell.Binding;

/// <summary>Checks unquoted numbers between commas. PowerShell keeps the text of a single bare word, but not of a word in an array: <c>007,0x10</c> arrives as
/// 7 and 16. The text of the command shows the typed words.</summary>
internal static class ListedWord
{
    /// <summary>Refuses an array with a number that was typed in another form than its usual one.</summary>
    /// <param name="list">The bound array.</param>
    /// <exception cref="ArgumentTransformationMetadataException">The array has such a number.</exception>
    public static void Check(IList list)
    {
        if (NumberIn(list, number => BareWord.Text(number.Value) != number.Extent.Text) is { } typed)
        {
            var message = $"In a list, PowerShell reads {typed.Extent.Text} as the number {BareWord.Text(typed.Value)}. Quote it: '{typed.Extent.Text}'.";
            throw new ArgumentTransformationMetadataException(message, new ArgumentException(message));
        }
    }

    /// <summary>Finds the first number of an array that was typed and meets a condition; null if none does.</summary>
    /// <param name="list">The bound array.</param>
    /// <param name="fits">The condition.</param>
    public static ConstantExpressionAst? NumberIn(IList list, Func<ConstantExpressionAst, bool> fits)
    {
        var numbers = list.Cast<object?>().Select(BareWord.Unwrapped).Where(BareWord.IsNumber).ToList();
        return numbers.Count == 0 ? null : TypedWhere(ast => ast.Parent is ArrayLiteralAst && numbers.Contains(ast.Value) && fits(ast));
    }

    /// <summary>Gets the text of a number that was typed as an argument; null if it comes from a variable, a property or the pipeline.</summary>
    /// <param name="number">The number.</param>
    public static string? ArgumentOf(object number) => TypedWhere(ast => ast.Parent is CommandAst or CommandParameterAst && number.Equals(ast.Value))?.Extent.Text;

    private static ConstantExpressionAst? TypedWhere(Predicate<ConstantExpressionAst> fits) =>
        Runspace.DefaultRunspace?.Debugger?.GetCallStack().FirstOrDefault()?.Position?.Text is { } command
            ? (ConstantExpressionAst?)Parser.ParseInput(command, out _, out _).Find(ast => ast is ConstantExpressionAst constant && fits(constant), searchNestedScriptBlocks: true)
            : null;
}
