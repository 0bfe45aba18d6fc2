using System.Management.Automation.Language;
using System.Text;

namespace Valkeyrie.PowerShell.Trees.Formats;

/// <summary>Reads the hashtable of a PowerShell data file from its syntax tree.</summary>
internal static class PowerShellDataReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="script">Its text.</param>
    /// <param name="records">Receives the records.</param>
    /// <exception cref="FormatException">The file is not a hashtable of constants.</exception>
    public static void Read(string script, NestedRecords records)
    {
        var tree = Parser.ParseInput(script, out _, out var errors);
        if (errors is [var error, ..])
        {
            throw Error(error.Extent, $"it is not PowerShell data: {error.Message.TrimEnd('.')}");
        }

        if (tree is not { ParamBlock: null, BeginBlock: null, ProcessBlock: null, DynamicParamBlock: null, EndBlock.Statements: [var only] })
        {
            throw tree.EndBlock?.Statements.Count == 0 ? TreeFormatException.Empty() : Error(tree.Extent, "a data file must be one hashtable: @{ name = 'value' }");
        }

        Visit(ExpressionOf(only), records);
    }

    private static void Visit(ExpressionAst expression, NestedRecords records)
    {
        var place = PlaceOf(expression.Extent);
        switch (expression)
        {
            case HashtableAst table:
                VisitTable(table, records, place);
                break;
            case ConvertExpressionAst { Child: HashtableAst table } ordered when ordered.Type.TypeName.Name.Equals("ordered", StringComparison.OrdinalIgnoreCase):
                VisitTable(table, records, place);
                break;
            case ParenExpressionAst parentheses:
                Visit(ExpressionOf(parentheses.Pipeline), records);
                break;
            case ArrayLiteralAst array:
                VisitList(array.Elements, records, place);
                break;
            case ArrayExpressionAst array:
                VisitList(ElementsOf(array), records, place);
                break;
            case VariableExpressionAst { VariablePath.UserPath: var name } when name.Equals("null", StringComparison.OrdinalIgnoreCase):
                records.Null(place);
                break;
            default:
                records.Value(Encoding.UTF8.GetBytes(TextOf(expression)), place);
                break;
        }
    }

    private static void VisitTable(HashtableAst table, NestedRecords records, string place)
    {
        records.Begin(isList: false, place);
        foreach (var (name, value) in table.KeyValuePairs)
        {
            records.Name(TextOf(name), PlaceOf(name.Extent));
            Visit(ExpressionOf(value), records);
        }

        records.End(place);
    }

    private static void VisitList(IEnumerable<ExpressionAst> elements, NestedRecords records, string place)
    {
        records.Begin(isList: true, place);
        foreach (var element in elements)
        {
            Visit(element, records);
        }

        records.End(place);
    }

    // As in PowerShell: the output of a statement in @( ) is unrolled, whether it is written with commas or with another @( ).
    private static IEnumerable<ExpressionAst> ElementsOf(ArrayExpressionAst array) => array.SubExpression.Statements.SelectMany(statement => ExpressionOf(statement) switch
    {
        ArrayLiteralAst inner => inner.Elements,
        ArrayExpressionAst inner => ElementsOf(inner),
        var one => [one],
    });

    // A number is its text: 1.50 and 0x10 are unchanged.
    private static string TextOf(ExpressionAst expression) => expression switch
    {
        StringConstantExpressionAst text => text.Value,
        ConstantExpressionAst number => number.Extent.Text,
        UnaryExpressionAst { TokenKind: TokenKind.Minus, Child: ConstantExpressionAst and not StringConstantExpressionAst } number => number.Extent.Text,
        ExpandableStringExpressionAst { NestedExpressions.Count: 0 } text => text.Value,
        VariableExpressionAst { VariablePath.UserPath: var name } when name.Equals("true", StringComparison.OrdinalIgnoreCase) => "true",
        VariableExpressionAst { VariablePath.UserPath: var name } when name.Equals("false", StringComparison.OrdinalIgnoreCase) => "false",
        _ => throw Error(expression.Extent, "a data file can contain only constants: text, numbers, $true, $false, $null, lists and hashtables. It is not executed"),
    };

    private static ExpressionAst ExpressionOf(StatementAst statement) => statement is PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0, Expression: var expression }] }
        ? expression
        : throw Error(statement.Extent, "a data file can contain only constants, not commands. Put text in quotes");

    private static string PlaceOf(IScriptExtent extent) => $"line {extent.StartLineNumber}, column {extent.StartColumnNumber}";

    private static TreeFormatException Error(IScriptExtent extent, string message) => new(PlaceOf(extent), message);
}
