using System.Globalization;

namespace Raft.Chaos;

/// <summary>The memory of a process, as the kernel counts it.</summary>
internal static class ProcessMemory
{
    private const string Resident = "VmRSS:";
    private const int Kibibyte = 1_024;

    /// <summary>The resident bytes of a process; 0 if there is none.</summary>
    public static long Read(int process)
    {
        try
        {
            string? line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"))
                .FirstOrDefault(static each => each.StartsWith(Resident, StringComparison.Ordinal));
            return line is null
                ? 0
                : long.Parse(line[Resident.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * Kibibyte;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
