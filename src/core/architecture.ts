/** This machine's processor as images and Kubernetes name it: `amd64`, `arm64`. */
export const architecture: string = process.arch === 'x64' ? 'amd64' : process.arch;
