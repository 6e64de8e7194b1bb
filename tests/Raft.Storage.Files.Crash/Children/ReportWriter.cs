using System.Globalization;
using System.Text;

namespace Raft.Storage.Files.Crash;

/// <summary>Writes reports to the standard output, each at once: none waits in a buffer of the process.</summary>
internal sealed class ReportWriter
{
    private readonly Stream _output = Console.OpenStandardOutput();

    public void Write(string report, long number) => Write(report, number.ToString(CultureInfo.InvariantCulture));

    public void Write(string report, string text = "") => _output.Write(Encoding.UTF8.GetBytes($"{report} {text}".TrimEnd() + "\n"));
}
