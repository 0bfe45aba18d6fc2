using System.Globalization;

namespace Valkeyrie.Bench.Measuring;

/// <summary>Prints the results of a row as lines of a table.</summary>
internal static class Report
{
    public static void Write(Row row, IReadOnlyList<Standing> standings)
    {
        Console.WriteLine();
        Console.WriteLine($"{row.Name}: {row.Title}");
        Console.WriteLine($"  {"",-34} {row.Unit + "s/s",14} {"ratio",7} {"CPU us/" + row.Unit,14} {"bytes/" + row.Unit,14}");
        foreach (var (contender, median, ratio, _) in standings)
        {
            var measuresProcessor = contender.MeasuresChildren ? median.ProcessorMicroseconds > 0 : !contender.OtherProcess;
            var cpu = measuresProcessor ? Number(median.ProcessorMicroseconds, "#,0.0") : "-";
            var bytes = contender.OtherProcess ? "-" : Number(median.AllocatedBytes, "#,0");
            Console.WriteLine($"  {contender.Name,-34} {Number(median.Rate, "#,0"),14} {Number(ratio, ratio < 0.1 ? "0.0000" : "0.00"),7} {cpu,14} {bytes,14}");
        }
    }

    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
