#pragma warning disable IDE0161, IDE0130 // as the compiler looks for it
namespace System.Runtime.CompilerServices
{
    /// <summary>Lets the compiler accept init properties and records for netstandard2.0.</summary>
    internal static class IsExternalInit;
}
