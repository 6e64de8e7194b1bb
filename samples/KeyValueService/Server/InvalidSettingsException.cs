namespace KeyValueService.Server;

/// <summary>The command line or the configuration cannot be used. The message lists all problems, and is for the user.</summary>
internal sealed class InvalidSettingsException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems));
